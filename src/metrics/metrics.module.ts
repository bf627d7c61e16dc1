import { Module } from "@nestjs/common";
import { Metrics } from "./metrics";
import { MetricsController } from "./metrics.controller";
import { RequestMeter } from "./request-meter";

/** Floor 3: Prometheus metrics at `/metrics`. */
@Module({
  controllers: [MetricsController],
  providers: [Metrics, RequestMeter],
})
export class MetricsModule {}
