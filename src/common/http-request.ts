import type { IncomingHttpHeaders } from "node:http";

/** What Fastify and Express both have of a request. */
export interface HttpRequest {
  readonly id?: unknown;
  /** Client address, as the HTTP server determined it. */
  readonly ip?: string;
  readonly method: string;
  readonly url: string;
  /** As the client sent it, even if a router has removed a prefix. */
  readonly originalUrl: string;
  readonly headers: IncomingHttpHeaders & { readonly dpop?: string };
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query?: unknown;
  /** As the platform parsed it; untrusted. */
  readonly body?: unknown;
  /** Fastify only: the route, however the client spelled its path. */
  readonly routeOptions?: { readonly url?: string };
  /** The same on Express. */
  readonly route?: { readonly path?: unknown };
  /** The principal, once the guard has let the request in. */
  user?: unknown;
}

/** What Fastify and Express both have of a response. */
export interface HttpResponse {
  header(name: string, value: string): unknown;
}
