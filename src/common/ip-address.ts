import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** A network in CIDR notation, taken apart. */
type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * The one spelling of an IP address: IPv4 in dotted decimals, IPv4-mapped IPv6
 * as that IPv4, other IPv6 as in RFC 5952 and without the interface of a
 * link-local one.
 *
 * @param text anything; untrusted
 * @returns null for what is no address, or an IPv4 address in octal, hexadecimal or fewer parts
 */
export function canonicalAddress(text: string): string | null {
  const version = isIP(text);
  if (version === 4) return text;
  return version === 6 ? parsed(text).toString() : null;
}

/**
 * The network that counts as one client: an IPv4 address, or the /64 that an
 * IPv6 address is in, for whoever has one of those has all of it.
 *
 * @param address as the platform gives it; untrusted
 * @returns null for what is no address
 */
export function clientNetwork(address: unknown): string | null {
  const version = typeof address === "string" ? isIP(address) : 0;
  if (version === 0) return null;
  if (version === 4) return address as string;
  const ip = parsed(address as string);
  if (ip.kind() === "ipv4") return ip.toString();
  const first = (ip as ipaddr.IPv6).parts.slice(0, 4);
  const start = new ipaddr.IPv6([...first, 0, 0, 0, 0]);
  return `${start.toString()}/64`;
}

/** Whether a text is an IP address, or a network in CIDR notation that is not all there is. */
export function isNetwork(text: string): boolean {
  return parsedNetwork(text) !== null;
}

/**
 * A test for being in one of several networks.
 *
 * @param networks addresses and CIDR ranges
 * @returns takes an address in its canonical spelling
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
 * Whether networks together hold half of all IPv4 or IPv6 addresses or more,
 * which is strangers too.
 *
 * @param networks what {@link isNetwork} does not accept is left out
 */
export function holdHalfOfAll(networks: readonly string[]): boolean {
  const known = networks
    .map(parsedNetwork)
    .filter((network) => network !== null);
  // Of two networks, one holds the other or they have nothing in common.
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
  // The bits of a mapped network are counted from the mapping prefix on.
  const mapping = version === 6 && ip.kind() === "ipv4" ? 96 : 0;
  const bits = (prefix === undefined ? size : Number(prefix)) - mapping;
  return bits >= 1 && bits <= size - mapping ? [ip, bits] : null;
}

/** @param text that isIP says is one */
function parsed(text: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const address = text.split("%", 1)[0] ?? "";
  if (!address.includes(":")) return ipaddr.parse(address);
  // The parser would take any IPv6 address with dotted decimals for a mapped one.
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
