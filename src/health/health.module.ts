import { Module } from "@nestjs/common";
import { TerminusModule } from "@nestjs/terminus";
import { GracefulShutdown } from "./graceful-shutdown";
import { HealthController } from "./health.controller";
import { Readiness } from "./readiness";
import { ReadinessChecks } from "./readiness-checks";

/** Floor 3: what those who run the service ask it. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [GracefulShutdown, Readiness, ReadinessChecks],
  exports: [GracefulShutdown],
})
export class HealthModule {}
