import { reservedProviderNames } from "../src/config/verify-token-providers";
import { newAccount } from "../src/testing/google/accounts";
import { refusal } from "./support/calls";
import { Partner, partnerSecret } from "./support/partner";
import { answerOf, postJson } from "./support/requests";
import { routesOf } from "./support/routes";
import { rowCounts } from "./support/rows";

describe("POST /auth/:provider, as a route", () => {
  let site: Partner;

  beforeAll(async () => {
    site = await Partner.start();
  });

  afterAll(() => site.stop());

  it("is 503, not an invalid token, if the API refuses our credentials", async () => {
    const authentication = { id: "app", secret: `${partnerSecret}x` };
    await using wrong = await site.another({}, [
      site.provider({ authentication }),
    ]);
    const answer = await site.signIn(
      await site.partnerGoogle.idToken(),
      {},
      wrong,
    );
    expect(refusal(answer)).toEqual([503, "identity_provider_unavailable"]);
    expect(answer.headers.get("retry-after")).toBe("10");
    const log = wrong.logLines.join("\n");
    expect(log).toContain("refuses our credentials");
    expect(log).not.toContain(partnerSecret);
    expect(log).not.toContain(
      Buffer.from(`app:${partnerSecret}`).toString("base64"),
    );
  });

  describe("like every sign-in", () => {
    it("signs in once with GOOGLE_ID_TOKEN_USE=once, even if a token is sent 20 times at once", async () => {
      await using once = await site.another({ GOOGLE_ID_TOKEN_USE: "once" });
      const idToken = await site.partnerGoogle.idToken({
        account: newAccount(),
      });
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => site.signIn(idToken, {}, once)),
      );
      const good = answers.filter(({ status }) => status === 200);
      expect(good).toHaveLength(1);
      for (const answer of answers.filter(({ status }) => status !== 200)) {
        expect(refusal(answer)).toEqual([401, "invalid_token"]);
        expect(answer.body.reason).toBe("token_used");
      }
      expect((await rowCounts(once)).sessions).toBe(1);
    });

    it("requires a nonce issued here with GOOGLE_NONCE=required, each once", async () => {
      await using strict = await site.another({ GOOGLE_NONCE: "required" });
      const { nonce } = (await postJson(strict, "/auth/google/nonce", {}))
        .body as { nonce: string };
      const without = await site.partnerGoogle.idToken({
        account: newAccount(),
      });
      const refused = await site.signIn(without, {}, strict);
      expect(refusal(refused)).toEqual([401, "invalid_token"]);
      const withIt = await site.partnerGoogle.idToken({
        account: newAccount(),
        nonce,
      });
      expect(
        (await site.signIn(withIt, { nonce: "x" }, strict)).body.reason,
      ).toBe("nonce_mismatch");
      expect((await site.signIn(withIt, { nonce }, strict)).status).toBe(200);
      const again = await site.signIn(withIt, { nonce }, strict);
      expect([...refusal(again), again.body.reason]).toEqual([
        ...[401, "invalid_token"],
        "nonce_used",
      ]);
    });

    it("without a token, or with two, is 400", async () => {
      for (const body of [
        {},
        { idToken: ["a"] },
        { idToken: "a", id_token: "b" },
      ]) {
        const answer = await postJson(site.service, "/auth/partner", body);
        expect([answer.status, answer.body.code]).toEqual([
          400,
          "invalid_request",
        ]);
      }
    });

    it("from another origin is 403 without a request to the API", async () => {
      const answer = await site.service.fetch("/auth/partner", {
        method: "POST",
        headers: { origin: "https://evil.example" },
        body: new URLSearchParams({
          idToken: await site.partnerGoogle.idToken(),
        }),
      });
      expect(refusal(await answerOf(answer))).toEqual([
        403,
        "origin_not_allowed",
      ]);
    });

    it("counts for the rate limits of sign-ins", async () => {
      await using limited = await site.another({
        RATE_LIMIT_SIGN_IN_FAILURES: "2/60",
      });
      const statuses: number[] = [];
      for (let i = 0; i < 3; i++) {
        statuses.push((await site.signIn("guess", {}, limited)).status);
      }
      expect(statuses).toEqual([401, 401, 429]);
    });

    it("sets the cookie in cookie mode", async () => {
      await using cookies = await site.another({ REFRESH_COOKIE: "browser" });
      const answer = await cookies.fetch("/auth/partner", {
        method: "POST",
        headers: { origin: "https://service.example" },
        body: new URLSearchParams({
          idToken: await site.partnerGoogle.idToken(),
        }),
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("set-cookie")).toMatch(/^__Host-refresh=v1/);
      expect(await answer.json()).not.toHaveProperty("refreshToken");
    });

    it("requires a DPoP proof if so configured", async () => {
      await using bound = await site.another({ DPOP: "required" });
      const idToken = await site.partnerGoogle.idToken();
      const answer = await site.signIn(idToken, {}, bound);
      expect(refusal(answer)).toEqual([400, "invalid_dpop_proof"]);
    });
  });

  describe("shadows nothing", () => {
    it.each([
      ["POST", "/auth/nobody", 404, "not_found", null],
      ["POST", "/auth/Partner", 404, "not_found", null],
      ["POST", "/auth/partner/more", 404, "not_found", null],
      ["POST", "/auth/__proto__", 404, "not_found", null],
      ["POST", "/auth/%2e%2e", 404, "not_found", null],
      ["GET", "/auth/nobody", 404, "not_found", null],
      ["GET", "/auth/partner", 405, "method_not_allowed", "POST"],
      ["POST", "/auth/sessions", 405, "method_not_allowed", "GET, HEAD"],
      ["GET", "/auth/google", 405, "method_not_allowed", "POST"],
      ["POST", "/auth/refresh", 400, "invalid_request", null],
      ["POST", "/auth/google", 400, "invalid_request", null],
      ["POST", "/auth/google/nonce", 200, undefined, null],
    ])("%s %s is %i %s", async (method, path, status, code, allow) => {
      const answer = await answerOf(
        await site.service.fetch(path, {
          method,
          ...(method === "POST" && { body: new URLSearchParams() }),
        }),
      );
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect(answer.headers.get("allow")).toBe(allow);
    });

    it("POST /auth/google is Google's, regardless of the configured providers", async () => {
      const answer = await site.signIn("x");
      expect(answer.body.reason).toBe("refused_by_provider");
      const atGoogle = await postJson(site.service, "/auth/google", {
        idToken: await site.partnerGoogle.idToken(),
      });
      expect(atGoogle.body.reason).not.toBe("refused_by_provider");
      expect(refusal(atGoogle)).toEqual([401, "invalid_token"]);
    });

    it("because no provider can have the name of a route", () => {
      const taken = routesOf(site.service).flatMap((route) => {
        const [, name] = / \/auth\/([\w-]+)/.exec(route) ?? [];
        return name === undefined ? [] : [name];
      });
      expect(taken).toContain("google");
      expect(reservedProviderNames).toEqual(
        expect.arrayContaining([...new Set(taken)]),
      );
    });
  });

  it("logs neither tokens nor secrets", async () => {
    // The latest service of the process has all log lines.
    await using fresh = await site.another({});
    const token = await site.partnerGoogle.idToken({ account: newAccount() });
    await site.signIn(token, {}, fresh);
    await site.signIn(`${token}x`, {}, fresh);
    const log = fresh.logLines.join("\n");
    expect(log).toContain("refused_by_provider");
    expect(log).not.toContain(token.split(".")[1]);
    expect(log).not.toContain(partnerSecret);
  });
});
