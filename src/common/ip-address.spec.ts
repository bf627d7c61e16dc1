import {
  canonicalAddress,
  clientNetwork,
  isNetwork,
  networkMatcher,
} from "./ip-address";

describe("canonicalAddress", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["::ffff:c000:201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:c000:0201", "192.0.2.1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:0db8::0001", "2001:db8::1"],
    ["2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"],
    ["::1", "::1"],
    ["::", "::"],
    ["::192.0.2.1", "::c000:201"],
    ["fe80::1%eth0", "fe80::1"],
  ])("formats %s as %s", (text, address) => {
    expect(canonicalAddress(text)).toBe(address);
  });

  it.each([
    ...["", " ", "unknown", "localhost", "192.0.2.1 ", "192.0.2.1:80"],
    ...["192.0.2", "192.0.2.256", "0300.0.2.1", "0xc0.0.2.1", "3221225985"],
    ...["[::1]", "::1]", ":::", "1:2:3:4:5:6:7", "::ffff:192.0.2", "::g"],
    ...["192.0.2.0/24", "١٩٢.٠.٢.١", "::1\n", "%", "x".repeat(10_000)],
  ])("refuses %j, which is not an address", (text) => {
    expect(canonicalAddress(text)).toBeNull();
  });
});

describe("clientNetwork", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8:1:3::", "2001:db8:1:3::/64"],
    ["::1", "::/64"],
    ["fe80::1%eth0", "fe80::/64"],
  ])("counts %s as the client %s", (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });

  it.each([undefined, null, 7, "", "unknown", ["192.0.2.1"]])(
    "returns no client for the address %j",
    (address) => expect(clientNetwork(address)).toBeNull(),
  );
});

describe("networkMatcher", () => {
  it.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.1.2.3/8", "10.9.9.9", true],
    ["192.0.2.1", "192.0.2.1", true],
    ["192.0.2.1", "192.0.2.2", false],
    ["192.0.2.1/32", "192.0.2.1", true],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:DB8::/32", "2001:db9::1", false],
    ["2001:db8::1", "2001:db8::1", true],
    ["::ffff:10.0.0.0/104", "10.1.1.1", true],
    ["::ffff:10.0.0.0/104", "11.1.1.1", false],
    ["::ffff:192.0.2.1", "192.0.2.1", true],
    ["8000::/1", "ffff::1", true],
    ["8000::/1", "192.0.2.1", false],
    ["128.0.0.0/1", "8000::1", false],
  ])("of %s for %s returns %j", (network, address, answer) => {
    expect(isNetwork(network)).toBe(true);
    expect(networkMatcher([network])(address)).toBe(answer);
    const amongOthers = networkMatcher(["203.0.113.9", network, "fd00::/8"]);
    expect(amongOthers(address)).toBe(answer);
  });

  it("of no networks matches no address", () => {
    expect(networkMatcher([])("127.0.0.1")).toBe(false);
  });

  it.each([
    ...["", "*", "localhost", "10.0.0.0/0", "::/0", "10.0.0.0/33", "::/129"],
    ...["10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0"],
    ...["10/8", "10.0.0.0 /8", "fe80::1%eth0", "[::1]", "10.0.0.1:80"],
    ...["::ffff:0:0/96", "::ffff:10.0.0.0/8", "010.0.0.1", "10.0.0.0/0x8"],
  ])("refuses %j, which is not a network or covers all addresses", (text) => {
    expect(isNetwork(text)).toBe(false);
    expect(() => networkMatcher([text])).toThrow("not an IP address or CIDR");
  });
});
