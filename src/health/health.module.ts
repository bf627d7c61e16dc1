import { Module, RequestMethod, type OnModuleInit } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { TerminusModule } from "@nestjs/terminus";
import { MountedRoutes } from "../common/mounted-routes";
import { gateOf } from "../fastify/request-gate";
import { GracefulShutdown } from "./graceful-shutdown";
import { HealthController } from "./health.controller";
import { Readiness } from "./readiness";
import { ReadinessChecks } from "./readiness-checks";

/** Liveness, readiness and graceful shutdown. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [GracefulShutdown, Readiness, ReadinessChecks],
  exports: [GracefulShutdown],
})
export class HealthModule implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly routes: MountedRoutes,
  ) {}

  onModuleInit(): void {
    const gate = gateOf(this.adapterHost.httpAdapter.getHttpServer());
    if (!gate) return;
    const path = this.routes.pathOf("/health/live", RequestMethod.GET);
    gate.alwaysAnswered = path;
  }
}
