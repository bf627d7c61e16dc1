import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Start and prefix length of a network. */
type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * The canonical form of an IP address: IPv4 in dotted decimals, also for
 * IPv4-mapped IPv6; other IPv6 as in RFC 5952 and without a zone.
 *
 * @param text untrusted
 * @returns null if it is not an address; IPv4 in octal or hexadecimal or with
 *   fewer parts is not
 */
export function canonicalAddress(text: string): string | null {
  const version = isIP(text);
  if (version === 4) return text;
  return version === 6 ? parsed(text).toString() : null;
}

/**
 * The network that counts as one client: an IPv4 address, or the /64 of an IPv6
 * address, because a single machine can use all of it.
 *
 * @param address as the platform gives it; untrusted
 * @param ipv6Bits the prefix length for IPv6, a multiple of 16
 * @returns null for what is not an address
 */
export function clientNetwork(address: unknown, ipv6Bits = 64): string | null {
  const version = typeof address === "string" ? isIP(address) : 0;
  if (version === 0) return null;
  if (version === 4) return address as string;
  const ip = parsed(address as string);
  if (ip.kind() === "ipv4") return ip.toString();
  const { parts } = ip as ipaddr.IPv6;
  const start = new ipaddr.IPv6(
    parts.map((part, index) => (index < ipv6Bits / 16 ? part : 0)),
  );
  return `${start.toString()}/${ipv6Bits}`;
}

/** Whether a text is an IP address or a network in CIDR notation, except /0. */
export function isNetwork(text: string): boolean {
  return parsedNetwork(text) !== null;
}

/**
 * Tests whether an address is in one of several networks.
 *
 * @param networks addresses and CIDR ranges
 * @returns a function that takes a canonical address
 * @throws Error naming an entry that {@link isNetwork} does not accept
 */
export function networkMatcher(
  networks: readonly string[],
): (address: string) => boolean {
  const known = networks.map((text) => {
    const network = parsedNetwork(text);
    if (!network) throw new Error(`${text} is not an IP address or CIDR range`);
    return network;
  });
  if (known.length === 0) return () => false;
  return (address) => {
    const ip = parsed(address);
    return known.some(
      ([start, bits]) => ip.kind() === start.kind() && ip.match(start, bits),
    );
  };
}

/**
 * Whether networks together contain half of all IPv4 or IPv6 addresses or more,
 * and so practically anyone's.
 *
 * @param networks those that {@link isNetwork} does not accept are ignored
 */
export function holdHalfOfAll(networks: readonly string[]): boolean {
  const known = networks
    .map(parsedNetwork)
    .filter((network) => network !== null);
  // Two networks are either disjoint or one contains the other.
  const largest = known.filter(
    (network, index) =>
      !known.some(
        (other, otherIndex) =>
          otherIndex !== index &&
          holds(other, network) &&
          (otherIndex < index || !holds(network, other)),
      ),
  );
  return ["ipv4", "ipv6"].some((kind) => {
    const ofKind = largest.filter(([start]) => start.kind() === kind);
    return ofKind.reduce((sum, [, bits]) => sum + 2 ** -bits, 0) >= 0.5;
  });
}

function holds([start, bits]: Network, [inner, innerBits]: Network): boolean {
  return (
    inner.kind() === start.kind() &&
    bits <= innerBits &&
    inner.match(start, bits)
  );
}

function parsedNetwork(text: string): Network | null {
  const [, address = "", prefix] =
    /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return null;
  const ip = parsed(address);
  const size = version === 4 ? 32 : 128;
  // The prefix length of an IPv4-mapped network includes the 96 bits of the mapping.
  const mapping = version === 6 && ip.kind() === "ipv4" ? 96 : 0;
  const bits = (prefix === undefined ? size : Number(prefix)) - mapping;
  return bits >= 1 && bits <= size - mapping ? [ip, bits] : null;
}

/** @param text an address according to isIP */
function parsed(text: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const address = text.split("%", 1)[0] ?? "";
  if (!address.includes(":")) return ipaddr.parse(address);
  // The parser mistakes any IPv6 address with dotted decimals for a mapped one.
  const groups = address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_quad, ...bytes) => {
      const [a, b, c, d] = bytes.map(Number) as [
        number,
        number,
        number,
        number,
      ];
      return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
    },
  );
  return ipaddr.process(groups);
}
