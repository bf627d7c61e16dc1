import { randomUUID } from "node:crypto";
import {
  FastifyAdapter,
  type NestFastifyApplication,
} from "@nestjs/platform-fastify";
import findMyWay from "find-my-way";
import { AllowedMethods } from "../common/allowed-methods";
import { clientNetwork } from "../common/ip-address";
import { BrokenRequests } from "./broken-requests";
import { clientFinder, findClients } from "./client-address";
import { allowOrigins } from "./cors";
import { acceptEmptyBodies } from "./empty-bodies";
import { httpServer } from "./http-server";
import { gateOf, type RequestHandler } from "./request-gate";
import { faultOfHead, ignoreTypeOfNothing } from "./request-head";
import { dataHeaders } from "./security-headers";

/** Largest request body, in bytes. */
const maxBodyBytes = 16 * 1024;

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

export interface FastifyAdapterOptions {
  /** Where clients reach the service; with https, HSTS is sent. */
  readonly publicUrl?: string;
  /** Other origins with front ends; if empty, CORS is off. */
  readonly corsOrigins?: readonly string[];
  /**
   * Addresses and CIDR ranges whose `X-Forwarded-For` is used; or the number of
   * proxies that every request passes.
   */
  readonly trustedProxies?: readonly string[];
  /** How long a connection without a request stays open, in seconds. */
  readonly keepAliveSeconds?: number;
}

/** Fastify with the limits and security headers of a public service. */
export function fastifyAdapter({
  publicUrl = "",
  corsOrigins = [],
  trustedProxies = [],
  keepAliveSeconds = 75,
}: FastifyAdapterOptions = {}): FastifyAdapter {
  const headers = Object.freeze({
    ...dataHeaders(publicUrl.startsWith("https:")),
    ...(corsOrigins.length > 0 && { vary: "Origin" }),
  });
  const brokenRequests = new BrokenRequests(headers, corsOrigins);
  const addressOf = clientFinder(trustedProxies);
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    serverFactory: (handle: RequestHandler) =>
      httpServer({
        keepAliveSeconds,
        handle,
        refuse: brokenRequests.overloaded,
        networkOf: (request) => clientNetwork(addressOf(request)) ?? "unknown",
      }),
    forceCloseConnections: "idle",
    // Requests on open connections are still served; the response closes the
    // connection.
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    frameworkErrors: brokenRequests.frameworkErrors,
    clientErrorHandler: brokenRequests.clientErrorHandler,
  });
  const fastify = adapter.getInstance();
  acceptEmptyBodies(fastify);
  // Must be the first hook, so that every response has them.
  fastify.addHook("onRequest", (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  let isClosing = false;
  fastify.addHook("preClose", (done) => {
    isClosing = true;
    gateOf(fastify.server)?.drain();
    done();
  });
  fastify.addHook("onResponse", (request, _reply, done) => {
    brokenRequests.answered(request.raw);
    // Kept open for another request, it would delay the shutdown by a minute.
    if (isClosing) request.raw.socket.destroySoon();
    done();
  });
  findClients(fastify, addressOf, trustedProxies);
  if (corsOrigins.length > 0) allowOrigins(adapter, corsOrigins);
  return adapter;
}

/**
 * What Nest's adapter lacks: only JSON and form bodies, uncompressed, one `Host`,
 * and 405 for a wrong method. Call it before the application is initialized.
 */
export function setUpFastify(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  // A form on another site can send text/plain without a preflight.
  fastify.removeContentTypeParser("text/plain");
  fastify.addHook("onRequest", (request, _reply, done) => {
    ignoreTypeOfNothing(request.raw);
    done(faultOfHead(request.raw));
  });
  const router = findMyWay();
  fastify.addHook("onRoute", ({ method, url }) => {
    for (const name of [method].flat()) {
      const verb = methods.find((known) => known === name);
      if (verb && !url.includes("*") && !router.findRoute(verb, url)) {
        router.on(verb, url, () => undefined, { url });
      }
    }
  });
  const allowed = app.get(AllowedMethods);
  allowed.use((path) =>
    methods.filter((verb) => {
      const found = router.find(verb, path);
      if (!found) return false;
      const { url } = found.store as { readonly url: string };
      return allowed.isThere(url, found.params);
    }),
  );
}
