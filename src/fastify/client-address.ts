import { Logger } from "@nestjs/common";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import { canonicalAddress, networkMatcher } from "../common/ip-address";

/** Longer than any address with a port, in characters. */
const maxEntryLength = 64;

/** Whether a proxy of ours has this address, so many hops away from here. */
export type TrustsProxy = (address: string, hops: number) => boolean;

/**
 * Whose request it is, as far as it can be trusted: the last address in
 * `X-Forwarded-For` that none of our own proxies has. What stands left of it
 * is the client's to invent.
 *
 * @param peer who is connected to us
 * @param forwardedFor the header; where it was sent several times, joined by commas
 * @param isTrusted whether an address is that of a proxy of ours, which stands
 *   so many hops away: 0 is the peer
 * @returns in canonical spelling; where a proxy has passed on no address, that
 *   proxy's; undefined when there is no peer, as on a Unix socket
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
    // Going on would let whoever sent this choose who he is.
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
 * @param trustedProxies addresses and CIDR ranges; or one decimal number, of
 *   proxies that every request passes, whatever their addresses
 */
export function proxyTrust(trustedProxies: readonly string[]): TrustsProxy {
  const [first = ""] = trustedProxies;
  if (trustedProxies.length === 1 && /^\d+$/.test(first)) {
    return (_address, hops) => hops < Number(first);
  }
  return networkMatcher(trustedProxies);
}

/** How many answers are remembered: clients call again, on the same connection. */
const maxRemembered = 1000;
/** What is longer than this comes from no client that is worth it, in characters. */
const maxRememberedLength = 256;

/**
 * Makes `request.ip` the {@link clientAddress}, for everything that logs,
 * stores or counts by it.
 *
 * Fastify's own `trustProxy` stays off: it would also trust
 * `X-Forwarded-Host` and `X-Forwarded-Proto`, which nobody here needs.
 *
 * @param trustedProxies as for {@link proxyTrust}
 */
export function findClients(
  fastify: FastifyInstance,
  trustedProxies: readonly string[],
): void {
  const isTrusted = proxyTrust(trustedProxies);
  warnOfUntrustedProxy(fastify, isTrusted);
  const trustsNobody = trustedProxies.length === 0;
  const remembered = new LRUCache<string, string>({ max: maxRemembered });
  fastify.decorateRequest("ip", {
    getter(this: FastifyRequest) {
      const peer = this.raw.socket.remoteAddress;
      // As the system writes it, IPv4 has the one spelling already.
      if (trustsNobody && !peer?.includes(":")) return peer as string;
      const header = this.raw.headers["x-forwarded-for"];
      const forwardedFor = trustsNobody ? "" : (header?.toString() ?? "");
      const question = `${peer} ${forwardedFor}`;
      const known = remembered.get(question);
      if (known !== undefined) return known;
      const address = clientAddress(peer, forwardedFor, isTrusted);
      if (address !== undefined && question.length <= maxRememberedLength) {
        remembered.set(question, address);
      }
      return address as string;
    },
  });
}

/** What reverse proxies write the client's address into. */
const forwardingHeaders = ["x-forwarded-for", "forwarded", "x-real-ip"];

/**
 * Warns once when somebody forwards requests who is not trusted. It may be a
 * client that makes things up; if it is a proxy, all of its clients count as
 * one, and one of them locks out the others.
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
