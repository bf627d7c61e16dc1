import type { Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { Injectable } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { gateOf } from "../fastify/request-gate";

/**
 * The time between the signal to stop and the end: a load balancer has to see
 * that this instance is not ready before it stops sending requests here.
 */
@Injectable()
export class GracefulShutdown {
  private hasBegun = false;

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** Whether this instance is about to stop; readiness is 503 from then on. */
  get isStopping(): boolean {
    return this.hasBegun;
  }

  /**
   * Tells everybody to go elsewhere: readiness by 503, clients by
   * `Connection: close` on their answers. All requests are still served.
   *
   * @param delaySeconds how long to wait for that to be noticed, 0 or more
   * @param hurry when aborted, the wait ends and all connections are closed,
   *   those with requests under way too
   * @returns once the application may be closed
   */
  async drain(delaySeconds: number, hurry?: AbortSignal): Promise<void> {
    this.hasBegun = true;
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    gateOf(server)?.drain();
    const hangUp = () => server.closeAllConnections();
    hurry?.addEventListener("abort", hangUp, { once: true });
    if (hurry?.aborted) hangUp();
    if (delaySeconds === 0) return;
    await delay(delaySeconds * 1000, undefined, { signal: hurry }).catch(
      () => undefined,
    );
  }
}
