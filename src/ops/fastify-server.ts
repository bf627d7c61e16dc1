import { randomUUID } from "node:crypto";
import {
  FastifyAdapter,
  type NestFastifyApplication,
} from "@nestjs/platform-fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import findMyWay from "find-my-way";
import { AuthError } from "../common/auth-error";
import {
  securityEventMediaType,
  securityEventsPath,
} from "../common/security-event-delivery";
import { AllowedMethods } from "../common/allowed-methods";
import { BrokenRequests } from "./broken-requests";
import { findClients } from "./client-address";
import { allowOrigins } from "./cors";
import { faultOfHead } from "./request-head";
import { dataHeaders } from "./security-headers";

/** Largest request body, in bytes. */
const maxBodyBytes = 16 * 1024;
/** Largest request head, in bytes. */
const maxHeaderBytes = 16 * 1024;
/** How long a client may take to send its request, in milliseconds. */
const requestTimeoutMilliseconds = 10_000;
/** How often Node looks for requests that have taken longer, in milliseconds. */
const timeoutCheckMilliseconds = 1000;

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

export interface FastifyAdapterOptions {
  /** Where clients reach the service; with https, browsers are told to stay with it. */
  readonly publicUrl?: string;
  /** The origins of front ends elsewhere; without any, there is no CORS. */
  readonly corsOrigins?: readonly string[];
  /** Addresses and CIDR ranges whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[];
}

/** Fastify with the limits and the headers of a service that strangers talk to. */
export function fastifyAdapter({
  publicUrl = "",
  corsOrigins = [],
  trustedProxies = [],
}: FastifyAdapterOptions = {}): FastifyAdapter {
  const headers = Object.freeze({
    ...dataHeaders(publicUrl.startsWith("https:")),
    ...(corsOrigins.length > 0 && { vary: "Origin" }),
  });
  const brokenRequests = new BrokenRequests(headers);
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMilliseconds,
    keepAliveTimeout: 65_000,
    forceCloseConnections: "idle",
    http: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: requestTimeoutMilliseconds,
      connectionsCheckingInterval: timeoutCheckMilliseconds,
      // Refused by ourselves, as a problem like any other.
      requireHostHeader: false,
    },
    genReqId: () => randomUUID(),
    frameworkErrors: brokenRequests.frameworkErrors,
    clientErrorHandler: brokenRequests.clientErrorHandler,
  });
  // The first of all hooks, so that no answer is without them.
  adapter.setOnRequestHook((_request, reply: FastifyReply, done) => {
    reply.headers(headers);
    done();
  });
  let isClosing = false;
  adapter.getInstance().addHook("preClose", (done) => {
    isClosing = true;
    done();
  });
  adapter.setOnResponseHook((request: FastifyRequest, _reply, done) => {
    brokenRequests.answered(request.raw);
    // Kept open for a next request, it would hold up the end for a minute.
    if (isClosing) request.raw.socket.destroySoon();
    done();
  });
  findClients(adapter.getInstance(), trustedProxies);
  if (corsOrigins.length > 0) allowOrigins(adapter, corsOrigins);
  return adapter;
}

/**
 * What the service wants of Fastify and Nest's adapter does not do: only the
 * two documented kinds of body, in UTF-8 and not packed, one host, and 405 for a wrong method. Call it
 * before the application is initialized.
 */
export function setUpFastify(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  // A form of another site can send text/plain without asking.
  fastify.removeContentTypeParser("text/plain");
  acceptSecurityEvents(fastify);
  fastify.addHook("onRequest", (request, _reply, done) => {
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

/** Security event tokens are a third kind of body, of the one route that takes them. */
function acceptSecurityEvents(fastify: FastifyInstance): void {
  fastify.addContentTypeParser<string>(
    securityEventMediaType,
    { parseAs: "string" },
    ({ routeOptions }, body, done) => {
      if (routeOptions.url === securityEventsPath) done(null, body);
      else done(new AuthError("unsupported_media_type"));
    },
  );
}
