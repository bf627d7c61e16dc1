import type { IncomingMessage } from "node:http";
import { Logger } from "@nestjs/common";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import { canonicalAddress, networkMatcher } from "../common/ip-address";

/** Longer than any address with a port, in characters. */
const maxEntryLength = 64;

/** Whether one of our proxies has this address, at the given number of hops. */
export type TrustsProxy = (address: string, hops: number) => boolean;

/**
 * The client address of a request: the last address in `X-Forwarded-For` that
 * is not one of our own proxies. Everything to the left of it may be forged.
 *
 * @param peer the address of the connection
 * @param forwardedFor the header; if it was sent several times, joined by
 *   commas
 * @param isTrusted whether an address belongs to one of our proxies, at the
 *   given number of hops: 0 is the peer
 * @returns in canonical form; if a proxy has forwarded no address, that
 *   proxy's; undefined if there is no peer, as on a Unix socket
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  isTrusted: TrustsProxy,
): string | undefined {
  let nearest = canonicalAddress(peer ?? "");
  if (nearest === null) return undefined;
  let rest = forwardedFor ?? "";
  for (let hops = 0; rest !== "" && isTrusted(nearest, hops); hops++) {
    const comma = rest.lastIndexOf(",");
    const hop = addressOf(rest.slice(comma + 1));
    // Anything further left is chosen by the sender.
    if (hop === null) break;
    nearest = hop;
    rest = rest.slice(0, Math.max(comma, 0));
  }
  return nearest;
}

/** The address in one entry of the header; some proxies add the port. */
function addressOf(entry: string): string | null {
  if (entry.length > maxEntryLength) return null;
  const text = entry.trim();
  const [, v6, v4] = /^(?:\[(.+)\]|([\d.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return canonicalAddress(v6 ?? v4 ?? text);
}

/**
 * @param trustedProxies addresses and CIDR ranges; or a decimal number of
 *   proxies that every request passes, regardless of their addresses
 */
export function proxyTrust(trustedProxies: readonly string[]): TrustsProxy {
  const [first = ""] = trustedProxies;
  if (trustedProxies.length === 1 && /^\d+$/.test(first)) {
    return (_address, hops) => hops < Number(first);
  }
  return networkMatcher(trustedProxies);
}

/** Number of cached addresses, since clients send many requests. */
const maxRemembered = 1000;
/** Maximum length of headers that are cached, in characters. */
const maxRememberedLength = 256;

/**
 * Finds the {@link clientAddress} of requests; undefined on a Unix socket.
 *
 * @param trustedProxies as for {@link proxyTrust}
 */
export function clientFinder(
  trustedProxies: readonly string[],
): (request: IncomingMessage) => string | undefined {
  const isTrusted = proxyTrust(trustedProxies);
  const trustsNobody = trustedProxies.length === 0;
  const remembered = new LRUCache<string, string>({ max: maxRemembered });
  return ({ socket, headers }) => {
    const peer = socket.remoteAddress;
    // In the system's format, IPv4 is already canonical.
    if (trustsNobody && !peer?.includes(":")) return peer;
    const header = headers["x-forwarded-for"];
    const forwardedFor = trustsNobody ? "" : (header?.toString() ?? "");
    const question = `${peer} ${forwardedFor}`;
    const known = remembered.get(question);
    if (known !== undefined) return known;
    const address = clientAddress(peer, forwardedFor, isTrusted);
    if (address !== undefined && question.length <= maxRememberedLength) {
      remembered.set(question, address);
    }
    return address;
  };
}

/**
 * Makes `request.ip` the client's address, for everything that logs it, stores
 * it or counts by it.
 *
 * Fastify's own `trustProxy` stays off: it would also trust
 * `X-Forwarded-Host` and `X-Forwarded-Proto`, which nothing here needs.
 *
 * @param trustedProxies as for {@link proxyTrust}
 */
export function findClients(
  fastify: FastifyInstance,
  addressOf: (request: IncomingMessage) => string | undefined,
  trustedProxies: readonly string[],
): void {
  warnOfUntrustedProxy(fastify, proxyTrust(trustedProxies));
  fastify.decorateRequest("ip", {
    getter(this: FastifyRequest) {
      return addressOf(this.raw) as string;
    },
  });
}

/** Headers in which reverse proxies send the client's address. */
const forwardingHeaders = ["x-forwarded-for", "forwarded", "x-real-ip"];

/**
 * Warns once about forwarding headers from an address that is not trusted. It may
 * be a client that made them up; if it is a proxy, all of its clients share one
 * rate limit, and one of them can lock out the others.
 */
function warnOfUntrustedProxy(
  fastify: FastifyInstance,
  isTrusted: TrustsProxy,
): void {
  const logger = new Logger("TrustedProxies");
  let hasWarned = false;
  fastify.addHook("onRequest", (request, _reply, done) => {
    if (!hasWarned) {
      const { headers, socket } = request.raw;
      const name = forwardingHeaders.find((header) => header in headers);
      const peer = canonicalAddress(socket.remoteAddress ?? "") ?? "a socket";
      if (name !== undefined && !isTrusted(peer, 0)) {
        hasWarned = true;
        logger.warn(
          `A request from ${peer} had the header ${name}, which is ignored: TRUSTED_PROXIES does not name that address. If it is your reverse proxy, set TRUSTED_PROXIES, or all clients behind it share one rate limit.`,
        );
      }
    }
    done();
  });
}
