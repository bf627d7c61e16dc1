import { googleAccounts } from "../src/testing/google/accounts";
import { googlePaths } from "../src/testing/google/emulator.routes";
import type { IdTokenOptions } from "../src/testing/google/id-token.mint";
import { TestService } from "../src/testing/test-service";
import { refusal } from "./support/calls";
import { type Answer, answerOf } from "./support/requests";
import { rowCounts } from "./support/rows";
import { useService } from "./support/use-service";

const path = "/tokeninfo";

describe("/tokeninfo", () => {
  const site = useService({
    env: { TOKENINFO: "true" },
  });

  afterEach(() => site.google.clearFaults());

  const get = async (query: string, target = site.service): Promise<Answer> =>
    answerOf(await target.fetch(`${path}?${query}`));
  const post = async (body?: URLSearchParams, query = ""): Promise<Answer> =>
    answerOf(await site.service.fetch(path + query, { method: "POST", body }));
  const form = (idToken: string) => new URLSearchParams({ id_token: idToken });

  describe("with a valid token", () => {
    it("responds exactly like Google", async () => {
      const idToken = await site.google.idToken({ account: "workspace" });
      const googles = await fetch(
        `${site.google.url}${googlePaths.tokenInfo}?id_token=${idToken}`,
      );
      expect(googles.status).toBe(200);
      const ours = await get(`id_token=${idToken}`);
      expect(ours.status).toBe(200);
      expect(ours.body).toEqual(await googles.json());
      expect(ours.headers.get("content-type")).toMatch(/^application\/json/);
      expect(ours.headers.get("cache-control")).toBe("no-store");
    });

    it("returns only strings, including the header's members", async () => {
      const idToken = await site.google.idToken({
        claims: { extra: [1, { a: null }], nothing: null, half: 0.5 },
      });
      const { body } = await get(`id_token=${idToken}`);
      expect(body).toMatchObject({
        iss: "https://accounts.google.com",
        sub: googleAccounts.consumer.sub,
        email_verified: "true",
        iat: expect.stringMatching(/^\d{10}$/) as string,
        exp: expect.stringMatching(/^\d{10}$/) as string,
        ...{ alg: "RS256", typ: "JWT" },
        kid: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
        ...{ extra: '[1,{"a":null}]', nothing: "null", half: "0.5" },
      });
      expect(new Set(Object.values(body).map((one) => typeof one))).toEqual(
        new Set(["string"]),
      );
    });

    it("accepts it in a form, or in the query of a POST", async () => {
      const idToken = await site.google.idToken();
      const inForm = await post(form(idToken));
      const inQuery = await post(undefined, `?id_token=${idToken}`);
      expect([inForm.status, inQuery.status]).toEqual([200, 200]);
      expect(inQuery.body).toEqual(inForm.body);
    });

    it("creates no user or session", async () => {
      const before = await rowCounts(site.service);
      await get(`id_token=${await site.google.idToken()}`);
      expect(await rowCounts(site.service)).toEqual(before);
    });

    it("mixes up no claims, nor members of Object.prototype", async () => {
      const rawPayload = `{"__proto__":{"admin":true},"alg":"none",${JSON.stringify(
        {
          iss: "https://accounts.google.com",
          aud: site.google.clientIds[0],
          sub: "1",
          iat: Math.floor(Date.now() / 1000),
          exp: Math.floor(Date.now() / 1000) + 60,
        },
      ).slice(1)}`;
      const { status, body } = await get(
        `id_token=${await site.google.idToken({ rawPayload })}`,
      );
      expect(status).toBe(200);
      expect(body.alg).toBe("RS256");
      expect(body.admin).toBeUndefined();
      expect({}).not.toHaveProperty("admin");
    });
  });

  describe("with an invalid token", () => {
    const invalidValue = {
      error: "invalid_token",
      error_description: "Invalid Value",
    };

    it.each<[string, IdTokenOptions]>([
      ["that has expired", { issuedSecondsAgo: 7000 }],
      ["signed by an unknown key", { signWith: "foreign" }],
      ["for another app", { audience: "1-other.apps.googleusercontent.com" }],
      ["without a subject", { claims: { sub: undefined } }],
      ["of a service account", { azp: "x@y.iam.gserviceaccount.com" }],
    ])("%s: 400 with Google's message", async (_what, options) => {
      const idToken = await site.google.idToken(options);
      for (const answer of [
        await get(`id_token=${idToken}`),
        await post(form(idToken)),
      ]) {
        expect([answer.status, answer.body]).toEqual([400, invalidValue]);
        expect(answer.headers.get("cache-control")).toBe("no-store");
        expect(answer.headers.get("link")).toBe(
          `<${site.google.url}${googlePaths.tokenInfo}>; rel="related"`,
        );
      }
    });

    it.each(["guess", "a.b.c", "%00", "x".repeat(9000)])(
      "that is malformed: 400 (%#)",
      async (idToken) => {
        const answer = await get(`id_token=${idToken}`);
        expect([answer.status, answer.body]).toEqual([400, invalidValue]);
      },
    );

    it("no token, an empty one or two: 400", async () => {
      const idToken = await site.google.idToken();
      const two = form(idToken);
      two.append("id_token", idToken);
      for (const answer of [
        await get(""),
        await get("id_token="),
        await get(`access_token=${idToken}`),
        await get(`id_token=${idToken}&id_token=${idToken}`),
        await get(`id_token[]=${idToken}`),
        await post(),
        await post(two),
        await post(form(idToken), `?id_token=${idToken}`),
      ]) {
        expect([answer.status, answer.body]).toEqual([
          400,
          {
            ...invalidValue,
            error_description: "Exactly one id_token required",
          },
        ]);
      }
    });
  });

  it("distinguishes an outage at Google from an invalid token", async () => {
    await using cold = await TestService.start(site.google, {
      database: site.service.database,
      env: { TOKENINFO: "true" },
    });
    site.google.setFault(googlePaths.certs, { status: 500 });
    const answer = await get(`id_token=${await site.google.idToken()}`, cold);
    expect(refusal(answer)).toEqual([503, "identity_provider_unavailable"]);
    expect(answer.headers.get("retry-after")).toBe("10");
  });

  it("leaves no token in the log", async () => {
    await using logging = await TestService.start(site.google, {
      database: site.service.database,
      env: { TOKENINFO: "true" },
    });
    const good = await site.google.idToken();
    const bad = await site.google.idToken({ signWith: "foreign" });
    for (const idToken of [good, bad]) {
      await get(`id_token=${idToken}`, logging);
      await logging.fetch(path, { method: "POST", body: form(idToken) });
    }
    // A response is sent before its log line.
    await logging.app.close();
    const log = logging.logLines.join("\n");
    expect(log).toContain("bad_signature");
    expect(log.split('"path":"/tokeninfo"')).toHaveLength(5);
    const segments = [good, bad].flatMap((idToken) => idToken.split("."));
    expect(segments.filter((segment) => log.includes(segment))).toEqual([]);
  });

  it("has the rate limit of sign-ins", async () => {
    await using limited = await TestService.start(site.google, {
      database: site.service.database,
      env: { TOKENINFO: "true", RATE_LIMIT_SIGN_IN: "1/60" },
    });
    await get("id_token=guess", limited);
    const answer = await get("id_token=guess", limited);
    expect(refusal(answer)).toEqual([429, "rate_limited"]);
  });

  it.each([undefined, "false"])(
    "is 404 with TOKENINFO=%s",
    async (TOKENINFO) => {
      await using off = await TestService.start(site.google, {
        database: site.service.database,
        env: { TOKENINFO },
      });
      const answer = await get(`id_token=${await site.google.idToken()}`, off);
      expect(refusal(answer)).toEqual([404, "not_found"]);
      const posted = await off.fetch(path, { method: "POST" });
      expect(posted.status).toBe(404);
    },
  );
});
