import { Inject, Module, type OnModuleInit } from "@nestjs/common";
import { AllowedMethods } from "../common/allowed-methods";
import { MountedRoutes } from "../common/mounted-routes";
import { InstanceGauges } from "./instance-gauges";
import { Metrics } from "./metrics";
import { MetricsController } from "./metrics.controller";
import { METRICS_OPTIONS, type MetricsOptions } from "./metrics.options";
import { RequestMeter } from "./request-meter";

/** Prometheus metrics at `/metrics`. */
@Module({
  controllers: [MetricsController],
  providers: [InstanceGauges, Metrics, RequestMeter],
})
export class MetricsModule implements OnModuleInit {
  constructor(
    private readonly allowedMethods: AllowedMethods,
    private readonly routes: MountedRoutes,
    @Inject(METRICS_OPTIONS) private readonly options: MetricsOptions,
  ) {}

  onModuleInit(): void {
    const { token, isTokenRequired } = this.options;
    if (isTokenRequired && token === null) {
      this.allowedMethods.turnOff(this.routes.pathsOf("/metrics"));
    }
  }
}
