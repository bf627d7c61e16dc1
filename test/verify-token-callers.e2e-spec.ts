import { refusal } from "./support/calls";
import { basicAuth } from "./support/oauth";
import { signIn } from "./support/requests";
import { query } from "./support/rows";
import {
  authorized,
  expectInvalid,
  secret,
  useVerifyToken,
} from "./support/use-verify-token";

describe("POST /verify-token", () => {
  const site = useVerifyToken();

  describe("a caller", () => {
    it.each([
      ["without credentials", {}],
      ["with another secret", basicAuth("api", `${secret}x`)],
      ["with another name", basicAuth("apis", secret)],
      ["with a bearer token", { authorization: `Bearer ${secret}` }],
    ])("%s is 401 unauthenticated", async (_what, headers) => {
      const answer = await site.post(
        site.bodyOf(await site.google.idToken()),
        headers,
      );
      expect(refusal(answer)).toEqual([401, "unauthenticated"]);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Basic /);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    });

    it("is limited per network, separately from sign-ins", async () => {
      await using limited = await site.start({
        RATE_LIMIT_VERIFY_TOKEN: "3/3600",
        RATE_LIMIT_SIGN_IN: "1/3600",
      });
      const statuses: number[] = [];
      for (let call = 0; call < 4; call++) {
        const body = site.bodyOf("guess");
        statuses.push((await site.post(body, authorized, limited)).status);
      }
      expect(statuses).toEqual([401, 401, 401, 429]);
      const idToken = await site.google.idToken();
      expect((await signIn(limited, idToken)).status).toBe(200);
    });

    it("counts only after it has authenticated", async () => {
      await using limited = await site.start({
        RATE_LIMIT_VERIFY_TOKEN: "1/3600",
      });
      const body = site.bodyOf(await site.google.idToken());
      for (let call = 0; call < 3; call++) {
        expect((await site.post(body, {}, limited)).status).toBe(401);
      }
      expect((await site.post(body, authorized, limited)).status).toBe(200);
    });

    it("is not locked out by invalid tokens that it forwards", async () => {
      await using limited = await site.start({
        RATE_LIMIT_SIGN_IN_FAILURES: "2/3600",
      });
      for (let i = 0; i < 4; i++) {
        expectInvalid(
          await site.post(site.bodyOf("guess"), authorized, limited),
        );
      }
      const token = await site.google.idToken();
      expect(
        (await site.post(site.bodyOf(token), authorized, limited)).status,
      ).toBe(200);
      const [lines] = await query<{ count: number }>(
        limited,
        "SELECT count(*)::int FROM google_auth.audit_events WHERE event = 'sign_in_refused'",
      );
      expect(lines?.count).toBe(0);
    });
  });

  it.each([
    ["nothing", ""],
    ["a list", []],
    ["a string", '"id_token"'],
    ["no token", { token: undefined }],
    ["an empty token", { token: "" }],
    ["a list of tokens", { token: ["a"] }],
    ["an object as token", { token: {} }],
    ["another kind of token", { token_type: "access_token" }],
    ["no kind of token", { token_type: undefined }],
    ["no client_id", { client_id: undefined }],
    ["a list of client_ids", { client_id: ["a"] }],
  ])("with %s in the body is 400 invalid_request", async (_what, change) => {
    const isWhole = typeof change === "string" || Array.isArray(change);
    const token = await site.google.idToken();
    const answer = await site.post(
      isWhole ? change : site.bodyOf(token, change),
    );
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe("invalid_request");
    expect(JSON.stringify(answer.body)).not.toContain(token);
  });

  it("with GET is 405, as text/plain 415", async () => {
    const get = await site.service.fetch("/verify-token", {
      headers: authorized,
    });
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
    const text = await site.post("token=x", {
      ...authorized,
      "content-type": "text/plain",
    });
    expect(refusal(text)).toEqual([415, "unsupported_media_type"]);
  });

  it("logs neither tokens nor secrets", async () => {
    // The latest service of the process has all log lines.
    await using fresh = await site.start();
    const token = await site.google.idToken({ issuedSecondsAgo: 7000 });
    await site.post(site.bodyOf(token), authorized, fresh);
    const log = fresh.logLines.join("\n");
    expect(log).toContain("token_expired");
    expect(log).not.toContain(token.split(".")[1]);
    expect(log).not.toContain(secret);
  });
});
