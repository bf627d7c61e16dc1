import { newAccount } from "../src/testing/google/accounts";
import { TestService } from "../src/testing/test-service";
import { companyProfile } from "./support/company-profile";
import {
  exchange,
  exchangeOf,
  expectOAuthError,
  postOAuth,
  refreshGrant,
} from "./support/oauth";
import { answerOf, getWithToken, signIn } from "./support/requests";
import { query, rowCounts } from "./support/rows";
import { useService } from "./support/use-service";

const token = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;

describe("POST /oauth/token, token exchange", () => {
  const site = useService();

  const raw = async (init: RequestInit, path = "/oauth/token") =>
    answerOf(await site.service.fetch(path, { method: "POST", ...init }));

  describe("X1 X2: a valid ID token", () => {
    it("is answered with exactly the members of RFC 8693 §2.2.1", async () => {
      const answer = await exchange(site.service, await site.google.idToken());
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("pragma")).toBe("no-cache");
      expect(answer.body).toEqual({
        access_token: expect.stringMatching(/^eyJ/) as string,
        issued_token_type: token("access_token"),
        token_type: "Bearer",
        expires_in: 900,
        refresh_token: expect.stringMatching(/^v1\./) as string,
        scope: "user",
      });
    });

    it("signs in like /auth/google: same user, session and audit log", async () => {
      const account = newAccount();
      const elsewhere = await signIn(
        site.service,
        await site.google.idToken({ account }),
      );
      const answer = await exchange(
        site.service,
        await site.google.idToken({ account }),
      );
      const accessToken = String(answer.body.access_token);
      const me = await getWithToken(site.service, "/users/me", accessToken);
      expect(me.body.id).toBe(elsewhere.user.id);
      const { body } = await getWithToken(
        site.service,
        "/auth/sessions",
        accessToken,
      );
      expect(body).toHaveLength(2);
      const [row] = await query<{ count: number }>(
        site.service,
        `SELECT count(*)::int FROM google_auth.audit_events
         WHERE user_id = $1 AND event IN ('sign_up', 'sign_in')`,
        [elsewhere.user.id],
      );
      expect(row?.count).toBe(2);
    });

    it.each<[string, Record<string, string>]>([
      [
        "the issued token type",
        { requested_token_type: token("access_token") },
      ],
      ["our scope", { scope: "user" }],
      ["our audience", { audience: "https://service.example" }],
      ["our URL", { resource: "https://service.example" }],
      ["our URL with a slash", { resource: "https://service.example/" }],
      ["unknown parameters", { foo: "bar", client_name: "x" }],
      ["a parameter without a value", { audience: "", actor_token: "" }],
    ])("may be sent with %s", async (_what, more) => {
      const answer = await exchange(
        site.service,
        await site.google.idToken(),
        more,
      );
      expect(answer.status).toBe(200);
    });

    it("of a user with an incomplete profile grants less than was requested", async () => {
      await using strict = await TestService.start(site.google, {
        providers: [companyProfile],
      });
      const idToken = await site.google.idToken();
      const { body } = await exchange(strict, idToken, { scope: "user" });
      expect(body.scope).toBe("sign_up");
      const accessToken = String(body.access_token);
      const me = await getWithToken(strict, "/auth/sessions", accessToken);
      expect([me.status, me.body.code]).toEqual([403, "profile_incomplete"]);
      const next = await refreshGrant(strict, body.refresh_token);
      expect(next.body.scope).toBe("sign_up");
    });

    it("may be sent with one of our client ids", async () => {
      const [, clientId = ""] = site.google.clientIds;
      const idToken = await site.google.idToken();
      const answer = await exchange(site.service, idToken, {
        client_id: clientId,
      });
      expect(answer.status).toBe(200);
    });

    it("may be sent with several audiences if all are ours", async () => {
      const fields = Object.entries(exchangeOf(await site.google.idToken()));
      const audience = (name: string): [string, string] => ["audience", name];
      const ours = audience("https://service.example");
      expect(
        (await postOAuth(site.service, "/oauth/token", [...fields, ours, ours]))
          .status,
      ).toBe(200);
      const other = audience("https://other.example");
      expectOAuthError(
        await postOAuth(site.service, "/oauth/token", [...fields, ours, other]),
        400,
        "invalid_target",
      );
    });
  });

  describe("an invalid request", () => {
    it.each<[string, string, Record<string, string>]>([
      ["X1 no grant_type", "invalid_request", { grant_type: "" }],
      [
        "X1 another grant",
        "unsupported_grant_type",
        { grant_type: "password" },
      ],
      [
        "X1 the grant's short name",
        "unsupported_grant_type",
        { grant_type: "token-exchange" },
      ],
      ["no subject_token", "invalid_request", { subject_token: "" }],
      [
        "X1 no subject_token_type",
        "invalid_request",
        { subject_token_type: "" },
      ],
      [
        "X1 an access token's type",
        "invalid_request",
        { subject_token_type: token("access_token") },
      ],
      [
        "X1 a JWT's type",
        "invalid_request",
        { subject_token_type: token("jwt") },
      ],
      [
        "X1 another requested_token_type",
        "invalid_request",
        { requested_token_type: token("id_token") },
      ],
      [
        "an actor",
        "invalid_request",
        { actor_token: "x", actor_token_type: token("jwt") },
      ],
      [
        "an actor's type without a token",
        "invalid_request",
        { actor_token_type: token("jwt") },
      ],
      [
        "X3 another audience",
        "invalid_target",
        { audience: "https://other.example" },
      ],
      [
        "X3 a prefix of our audience",
        "invalid_target",
        { audience: "https://service.exampl" },
      ],
      [
        "X3 another resource",
        "invalid_target",
        { resource: "https://service.example/api" },
      ],
      [
        "X3 a resource that is not a URL",
        "invalid_target",
        { resource: "service" },
      ],
      ["another scope", "invalid_scope", { scope: "admin" }],
      ["our scope and another", "invalid_scope", { scope: "user admin" }],
      [
        "the scope of an incomplete sign-up",
        "invalid_scope",
        { scope: "sign_up" },
      ],
    ])("%s is %s", async (_what, error, change) => {
      const before = await rowCounts(site.service);
      const answer = await exchange(
        site.service,
        await site.google.idToken(),
        change,
      );
      expectOAuthError(answer, 400, error);
      expect(await rowCounts(site.service)).toEqual(before);
    });

    it.each([
      "subject_token",
      "grant_type",
      "subject_token_type",
      "scope",
      "foo",
    ])("%s sent twice is invalid_request", async (name) => {
      const fields = {
        ...exchangeOf(await site.google.idToken()),
        scope: "user",
        foo: "1",
      };
      const twice = Object.entries(fields).flatMap((field) =>
        field[0] === name ? [field, field] : [field],
      );
      expectOAuthError(
        await postOAuth(site.service, "/oauth/token", twice),
        400,
        "invalid_request",
      );
    });

    it("in the query string is not read", async () => {
      const fields = new URLSearchParams(
        exchangeOf(await site.google.idToken()),
      );
      const answer = await raw({}, `/oauth/token?${String(fields)}`);
      expectOAuthError(answer, 400, "invalid_request");
    });

    it.each([
      ["JSON", "application/json", (fields: object) => JSON.stringify(fields)],
      ["text", "text/plain", (fields: object) => JSON.stringify(fields)],
      ["XML", "application/xml", () => "<x/>"],
      [
        "another charset",
        "application/x-www-form-urlencoded; charset=utf-16",
        () => "a=b",
      ],
    ])("as %s is 415", async (_what, type, write) => {
      const body = write(exchangeOf(await site.google.idToken()));
      const answer = await raw({ headers: { "content-type": type }, body });
      expectOAuthError(answer, 415, "invalid_request");
    });

    it("of 17 kB is 413", async () => {
      expectOAuthError(
        await exchange(site.service, "x".repeat(17_000)),
        413,
        "invalid_request",
      );
    });

    it.each(["GET", "PUT", "DELETE"])("by %s is 405", async (method) => {
      const answer = await raw({ method });
      expectOAuthError(answer, 405, "invalid_request");
      expect(answer.headers.get("allow")).toBe("POST");
    });

    it("to another spelling of the path gets the same error format", async () => {
      const answer = await raw({}, "/%6fauth/token");
      expectOAuthError(answer, 400, "invalid_request");
    });
  });
});
