import { createPublicKey } from "node:crypto";
import { gzipSync } from "node:zlib";
import { newAccount } from "../src/testing/google/accounts";
import type { SecurityEventTokenOptions } from "../src/testing/google/other-tokens.mint";
import { person } from "./support/calls";
import { query } from "./support/rows";
import { deliver } from "./support/security-events";
import { useService } from "./support/use-service";

describe("a security event token that is not accepted", () => {
  const site = useService();

  const mint = (options: SecurityEventTokenOptions = {}) =>
    site.google.securityEventToken({ account: newAccount(), ...options });

  const tokens = async () =>
    query<{ id: string }>(
      site.service,
      "SELECT id FROM google_auth.security_events",
    );

  const publicPem = () => {
    const [certificate = ""] = Object.values(site.google.keys.certificates());
    return createPublicKey(certificate).export({ type: "spki", format: "pem" });
  };
  const second = () => Math.floor(Date.now() / 1000);

  /** Tokens that are never accepted, and the error for the transmitter. */
  const refusals: readonly (readonly [
    id: string,
    name: string,
    err: string,
    mint: () => Promise<string> | string,
  ])[] = [
    [
      ...(["S-002", "for another client", "invalid_audience"] as const),
      () => mint({ audience: "999-other.apps.googleusercontent.com" }),
    ],
    [
      ...(["S-002", "without an audience", "invalid_audience"] as const),
      () => mint({ claims: { aud: undefined } }),
    ],
    [
      ...(["S-003", "of another issuer", "invalid_issuer"] as const),
      () => mint({ claims: { iss: "https://accounts.google.com.evil.com/" } }),
    ],
    [
      ...([
        "S-004",
        "signed by an unknown key",
        "authentication_failed",
      ] as const),
      () => mint({ signWith: "foreign" }),
    ],
    [
      ...(["S-004", "not signed", "invalid_request"] as const),
      () => mint({ alg: "none" }),
    ],
    [
      ...([
        "S-004",
        "signed by HMAC with the public key",
        "invalid_request",
      ] as const),
      () => mint({ alg: "HS256", secret: String(publicPem()) }),
    ],
    [
      ...(["S-004", "with another algorithm", "invalid_request"] as const),
      () => mint({ header: { alg: "ES256" } }),
    ],
    [
      ...(["S-005", "of an unknown key", "invalid_key"] as const),
      async () => mint({ key: await site.google.keys.foreign() }),
    ],
    [
      ...(["S-007", "that is an ID token", "invalid_request"] as const),
      () => site.google.idToken(),
    ],
    [
      ...(["S-007", "that is an access token", "invalid_request"] as const),
      async () => (await person(site.service, site.google)).accessToken,
    ],
    [
      ...(["S-008", "with an iat of tomorrow", "invalid_request"] as const),
      () => mint({ issuedSecondsAgo: -24 * 3600 }),
    ],
    [
      ...(["S-008", "without an iat", "invalid_request"] as const),
      () => mint({ claims: { iat: undefined } }),
    ],
    [
      ...(["S-008", "with a string as iat", "invalid_request"] as const),
      () => mint({ claims: { iat: String(second()) } }),
    ],
    [
      ...(["S-009", "without an id", "invalid_request"] as const),
      () => mint({ claims: { jti: undefined } }),
    ],
    [
      ...(["S-009", "without events", "invalid_request"] as const),
      () => mint({ claims: { events: {} } }),
    ],
    [
      ...(["S-013", "of 100 events", "invalid_request"] as const),
      () =>
        mint({
          claims: {
            events: Object.fromEntries(
              Array.from({ length: 100 }, (_, i) => [`https://e/${i}`, {}]),
            ),
          },
        }),
    ],
    [
      ...(["S-014", "that is not a JWT", "invalid_request"] as const),
      () => "not a token",
    ],
    [
      ...(["S-014", "in two parts", "invalid_request"] as const),
      async () => (await mint()).split(".").slice(0, 2).join("."),
    ],
    [
      ...(["S-014", "with a byte order mark", "invalid_request"] as const),
      async () => `\uFEFF${await mint()}`,
    ],
    [
      ...(["S-014", "in JSON", "invalid_request"] as const),
      async () => JSON.stringify({ token: await mint() }),
    ],
    ["S-025", "that is empty", "invalid_request", () => ""],
  ];

  it.each(refusals)(
    "%s a token %s is 400 %s",
    async (_id, _name, err, make) => {
      const token = await make();
      const before = await tokens();
      const firstLine = site.service.logLines.length;
      const answer = await deliver(site.service, token);
      expect([answer.status, answer.body.err]).toEqual([400, err]);
      // RFC 8935 §2.3: these two members in JSON, with a Content-Language.
      expect(Object.keys(answer.body).sort()).toEqual(["description", "err"]);
      expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
      expect(answer.headers.get("content-language")).toBe("en");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(await tokens()).toEqual(before);
      const said = [
        JSON.stringify(answer.body),
        ...site.service.logLines.slice(firstLine),
      ].join("");
      for (const part of token.split(".")) {
        if (part.length > 20) expect(said).not.toContain(part);
      }
    },
  );

  it.each([
    ["application/json", '{"token":"a.b.c"}', 415],
    ["application/x-www-form-urlencoded", "token=a.b.c", 415],
    ["application/jwt", "a.b.c", 415],
    ["text/plain", "a.b.c", 415],
    ["application/secevent+jwt; charset=utf-16", "a.b.c", 415],
    ["application/secevent+jwt", "a".repeat(20_000), 413],
  ])("S-026 as %s it is refused by its media type or size", async (...its) => {
    const [contentType, body, status] = its;
    const headers = { "content-type": contentType };
    const answer = await deliver(site.service, body, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toMatch(/problem\+json/);
  });

  it("S-025 a compressed body is refused", async () => {
    const response = await site.service.fetch("/security-events", {
      method: "POST",
      headers: {
        "content-type": "application/secevent+jwt",
        "content-encoding": "gzip",
      },
      body: new Uint8Array(gzipSync(await mint())),
    });
    expect(response.status).toBe(415);
  });

  it("S-025 a trailing line break is ignored", async () => {
    const token = await mint();
    for (const body of [`${token}\r\n`, token]) {
      expect((await deliver(site.service, body)).status).toBe(202);
    }
  });

  it("no other route accepts its media type", async () => {
    const response = await site.service.fetch("/auth/google", {
      method: "POST",
      headers: { "content-type": "application/secevent+jwt" },
      body: await site.google.idToken(),
    });
    expect(response.status).toBe(415);
  });
});
