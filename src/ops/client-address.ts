import type { FastifyInstance, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import { canonicalAddress, networkMatcher } from "../common/ip-address";

/** Longer than any address with a port, in characters. */
const maxEntryLength = 64;

/**
 * Whose request it is, as far as it can be believed: the last address in
 * `X-Forwarded-For` that none of our own proxies has. What stands left of it
 * is the client's to invent.
 *
 * @param peer who is connected to us
 * @param forwardedFor the header; where it was sent several times, joined by commas
 * @param isTrusted whether an address is that of a proxy of ours
 * @returns in canonical spelling; where a proxy has passed on no address, that
 *   proxy's; undefined when there is no peer, as on a Unix socket
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  isTrusted: (address: string) => boolean,
): string | undefined {
  let nearest = canonicalAddress(peer ?? "");
  if (nearest === null) return undefined;
  let rest = forwardedFor ?? "";
  while (rest !== "" && isTrusted(nearest)) {
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

/** How many answers are remembered: clients call again, on the same connection. */
const maxRemembered = 1000;
/** What is longer than this comes from no client that is worth it, in characters. */
const maxRememberedLength = 256;

/**
 * Makes `request.ip` the {@link clientAddress}, for everything that logs,
 * stores or counts by it.
 *
 * Fastify's own `trustProxy` stays off: it would also believe
 * `X-Forwarded-Host` and `X-Forwarded-Proto`, which nobody here needs.
 *
 * @param trustedProxies addresses and CIDR ranges
 */
export function findClients(
  fastify: FastifyInstance,
  trustedProxies: readonly string[],
): void {
  const isTrusted = networkMatcher(trustedProxies);
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
