import type { IncomingHttpHeaders } from "node:http";

/** What Fastify and Express both have of a request. */
export interface HttpRequest {
  readonly id?: unknown;
  /** Client address, as the HTTP server determined it. */
  readonly ip?: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Fastify only: the route, however the client spelled its path. */
  readonly routeOptions?: { readonly url?: string };
  /** The principal, once the guard has let the request in. */
  user?: unknown;
}
