import { once } from "node:events";
import type { Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { Injectable } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { gateOf } from "../fastify/request-gate";

/**
 * The delay between the stop signal and the end: a load balancer needs time to
 * notice that this instance is not ready.
 */
@Injectable()
export class GracefulShutdown {
  private hasBegun = false;

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** Whether this instance is stopping; readiness is 503 from then on. */
  get isStopping(): boolean {
    return this.hasBegun;
  }

  /**
   * Answers readiness with 503 and every request with `Connection: close`. All
   * requests are still served; after the delay, no new ones are accepted, and
   * those in flight are finished. Nest itself stops its modules first.
   *
   * @param delaySeconds how long to wait, 0 or more
   * @param hurry when aborted, the wait ends and all connections are closed, also
   *   those with requests in flight
   * @returns when the application may be closed
   */
  async drain(delaySeconds: number, hurry?: AbortSignal): Promise<void> {
    this.hasBegun = true;
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    gateOf(server)?.drain();
    const hangUp = () => server.closeAllConnections();
    hurry?.addEventListener("abort", hangUp, { once: true });
    if (hurry?.aborted) hangUp();
    if (delaySeconds > 0) {
      await delay(delaySeconds * 1000, undefined, { signal: hurry }).catch(
        () => undefined,
      );
    }
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    await closed;
  }
}
