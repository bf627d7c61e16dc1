import { networkMatcher } from "../common/ip-address";
import { clientAddress, proxyTrust } from "./client-address";

/** Our proxies: a load balancer's network, and one IPv6 host. */
const isTrusted = networkMatcher(["10.0.0.0/8", "2001:db8::1"]);
const ours = "10.0.0.1";

describe("clientAddress", () => {
  describe("when the peer is not a trusted proxy", () => {
    it.each([
      ["192.0.2.1", undefined, "192.0.2.1"],
      ["192.0.2.1", "203.0.113.9", "192.0.2.1"],
      ["192.0.2.1", "10.0.0.1", "192.0.2.1"],
      ["192.0.2.1", "127.0.0.1", "192.0.2.1"],
      ["192.0.2.1", "203.0.113.9, 10.0.0.1", "192.0.2.1"],
      ["192.0.2.1", "x".repeat(10_000), "192.0.2.1"],
      ["::ffff:192.0.2.1", "203.0.113.9", "192.0.2.1"],
      ["2001:DB8::2", "203.0.113.9", "2001:db8::2"],
      ["fe80::1%eth0", undefined, "fe80::1"],
      [undefined, "203.0.113.9", undefined],
      ["/run/service.sock", "203.0.113.9", undefined],
    ])("%s with X-Forwarded-For %j is %s", (peer, header, client) => {
      expect(clientAddress(peer, header, isTrusted)).toBe(client);
    });

    it("is the peer without trusted proxies", () => {
      const nobody = networkMatcher([]);
      expect(clientAddress(ours, "203.0.113.9", nobody)).toBe(ours);
    });
  });

  describe("when a trusted proxy forwards it", () => {
    it.each([
      ["one address", "203.0.113.9", "203.0.113.9"],
      ["a forged address before it", "1.1.1.1, 203.0.113.9", "203.0.113.9"],
      [
        "a forged trusted proxy before it",
        "10.9.9.9, 203.0.113.9",
        "203.0.113.9",
      ],
      ["garbage before it", "unknown,, <b>, 203.0.113.9", "203.0.113.9"],
      [
        "10 kB before it",
        `${"1.1.1.1,".repeat(1250)}203.0.113.9`,
        "203.0.113.9",
      ],
      ["two of our proxies", "203.0.113.9, 10.0.0.2", "203.0.113.9"],
      [
        "our proxies over both protocols",
        "203.0.113.9,2001:db8::1,10.0.0.2",
        "203.0.113.9",
      ],
      ["only our proxies", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
      ["surrounding spaces and tabs", "\t 203.0.113.9 \t", "203.0.113.9"],
      ["a port", "203.0.113.9:5678", "203.0.113.9"],
      ["IPv6", "2001:DB8:0::9", "2001:db8::9"],
      ["IPv6 in brackets", "[2001:db8::9]", "2001:db8::9"],
      ["IPv6 with a port", "[2001:db8::9]:443", "2001:db8::9"],
      ["IPv4-mapped IPv6", "::ffff:203.0.113.9", "203.0.113.9"],
      [
        "IPv4-mapped IPv6 in hexadecimal",
        "[::ffff:cb00:7109]:443",
        "203.0.113.9",
      ],
      [
        "a mapped address of our proxy",
        "203.0.113.9, ::ffff:10.0.0.2",
        "203.0.113.9",
      ],
      ["our proxy with a port", "203.0.113.9, 10.0.0.2:8080", "203.0.113.9"],
    ])(
      "it is the last address that is not a trusted proxy: %s",
      (_what, header, client) => {
        expect(clientAddress(ours, header, isTrusted)).toBe(client);
        expect(clientAddress(`::ffff:${ours}`, header, isTrusted)).toBe(client);
      },
    );
  });

  describe("when our proxy forwards something that is not an address", () => {
    it.each([
      undefined,
      "",
      " ",
      ",",
      "unknown",
      "_hidden",
      "203.0.113.9,",
      "203.0.113.9, ",
      "203.0.113.9, unknown",
      "203.0.113.9, 300.1.1.1",
      "203.0.113.9, 0xcb.0.113.9",
      "203.0.113.9, 203.0.113.9:http",
      "203.0.113.9, 203.0.113.9:123456",
      "203.0.113.9, [2001:db8::9",
      "203.0.113.9, 2001:db8::9]",
      "203.0.113.9, for=203.0.113.9",
      '203.0.113.9, "203.0.113.9"',
      "203.0.113.9, 203.0.113.9 203.0.113.8",
      `203.0.113.9, ${"9".repeat(10_000)}`,
      "9".repeat(10_000),
    ])("it is the proxy, never an address further left: %j", (header) => {
      expect(clientAddress(ours, header, isTrusted)).toBe(ours);
    });

    it("it is the leftmost of several trusted proxies", () => {
      const header = "203.0.113.9, unknown, 10.0.0.3, 10.0.0.2";
      expect(clientAddress(ours, header, isTrusted)).toBe("10.0.0.3");
    });
  });

  describe("when proxies are configured by their number", () => {
    it.each([
      ["1", "1.1.1.1, 203.0.113.9", "203.0.113.9"],
      ["2", "1.1.1.1, 203.0.113.9, 192.0.2.7", "203.0.113.9"],
      ["2", "203.0.113.9", "203.0.113.9"],
      ["2", undefined, ours],
      ["2", "203.0.113.9, garbage", ours],
    ])("%s that forward %j, is %s", (number, header, client) => {
      expect(clientAddress(ours, header, proxyTrust([number]))).toBe(client);
    });
  });
});
