import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SystemClock } from "../common/clock.port";
import { IssuerMetadata, isTrustworthyUrl } from "./issuer-metadata";

describe("isTrustworthyUrl", () => {
  it.each([
    ["https://auth.corp.example", false, true],
    ["https://auth.corp.example:8443/path", false, true],
    ["http://127.0.0.1:3000", false, true],
    ["http://localhost:3000", false, true],
    ["http://[::1]:3000", false, true],
    ["http://auth.corp.example", false, false],
    ["http://auth.corp.example", true, true],
    ["http://localhost.evil.example", false, false],
    ["http://127.0.0.1@evil.example", false, false],
    ["http://127.0.0.2", false, false],
    ["file:///etc/keys", true, false],
    ["ftp://localhost", true, false],
    ["/keys", true, false],
    ["", true, false],
    [undefined, true, false],
    [["https://auth.corp.example"], true, false],
  ])(
    "returns for %j, with http allowed: %s: %s",
    (url, allowHttp, expected) => {
      expect(isTrustworthyUrl(url, allowHttp)).toBe(expected);
    },
  );
});

describe("IssuerMetadata", () => {
  const paths: (string | undefined)[] = [];
  let origin: string;
  const server = createServer((request, response) => {
    paths.push(request.url);
    const path = request.url?.replace(/^.*-server/, "") ?? "";
    response.end(
      JSON.stringify({
        issuer: origin + path,
        jwks_uri: `${origin}/keys`,
        introspection_endpoint: "http://elsewhere.example/introspect",
      }),
    );
  });

  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  // RFC 8414 §3.1
  it.each([
    ["", "/.well-known/oauth-authorization-server"],
    ["/tenant/one", "/.well-known/oauth-authorization-server/tenant/one"],
  ])("of the issuer %j are fetched from %s", async (path, expected) => {
    const options = { issuer: origin + path, allowHttp: false };
    const metadata = new IssuerMetadata(options, new SystemClock());
    expect(await metadata.get()).toEqual({
      jwksUri: `${origin}/keys`,
      // Plain http is refused for another machine.
      introspectionEndpoint: null,
    });
    expect(paths.at(-1)).toBe(expected);
  });
});
