import { Clock } from "../src/common/clock.port";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { DpopCalls } from "./support/dpop-calls";
import { exchange, expectOAuthError } from "./support/oauth";
import { getWithToken, signIn } from "./support/requests";

const algorithms = 'algs="ES256 RS256 EdDSA Ed25519"';

describe("the setting DPOP", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let clock: SteppedClock;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
  });

  beforeEach(() => {
    clock = new SteppedClock();
  });

  afterAll(async () => {
    await database.destroy();
    await google.stop();
  });

  const start = (env: Record<string, string>) =>
    TestService.start(google, {
      ...{ database, env },
      providers: [{ provide: Clock, useValue: clock }],
    });

  describe("when it is off, the default", () => {
    it("proofs are ignored, and not advertised", async () => {
      await using service = await start({});
      const calls = new DpopCalls(service);
      const answer = await calls.signIn(await google.idToken(), "garbage");
      expect([answer.status, answer.body.tokenType]).toEqual([200, "Bearer"]);
      const token = String(answer.body.accessToken);
      const dpop = calls.proofOf(token);
      const refused = await calls.get(token, dpop);
      expect(refused.status).toBe(401);
      expect(refused.headers.get("www-authenticate")).toBe(
        'Bearer error="invalid_token"',
      );
      const authorization = `Bearer ${token}`;
      const plain = await calls.send("GET", "/users/me", {
        authorization,
        dpop,
      });
      expect(plain.status).toBe(200);
    });

    it("a token that was bound before is not accepted as a bearer token", async () => {
      await using before = await start({ DPOP: "optional" });
      const bound = await new DpopCalls(before).signIn(await google.idToken());
      await using service = await start({});
      const token = String(bound.body.accessToken);
      const answer = await getWithToken(service, "/users/me", token);
      expect([answer.status, answer.body.reason]).toEqual([
        401,
        "token_is_bound",
      ]);
    });
  });

  describe("when it is required", () => {
    it("every sign-in route refuses a request without a proof", async () => {
      await using service = await start({ DPOP: "required" });
      const { status, body } = await signIn(service, await google.idToken());
      expect([status, body.code, body.reason]).toEqual([
        400,
        "invalid_dpop_proof",
        "proof_missing",
      ]);
      const exchanged = await exchange(service, await google.idToken());
      expectOAuthError(exchanged, 400, "invalid_dpop_proof");
      const calls = new DpopCalls(service);
      expect((await calls.signIn(await google.idToken())).status).toBe(200);
    });

    it("earlier bearer tokens are refused", async () => {
      await using before = await start({});
      const { accessToken } = await signIn(before, await google.idToken());
      await using service = await start({ DPOP: "required" });
      const answer = await getWithToken(service, "/users/me", accessToken);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe(
        `DPoP error="invalid_token", ${algorithms}`,
      );
      const none = await getWithToken(service, "/users/me");
      expect(none.headers.get("www-authenticate")).toBe(`DPoP ${algorithms}`);
    });
  });

  describe("with DPOP_NONCE=required", () => {
    const env = { DPOP: "optional", DPOP_NONCE: "required" };

    it("D6 every route requires the nonce and accepts it", async () => {
      await using service = await start(env);
      const calls = new DpopCalls(service);
      const idToken = await google.idToken();
      const first = await calls.signIn(idToken);
      expect([first.status, first.body.code]).toEqual([400, "use_dpop_nonce"]);
      const nonce = String(first.headers.get("dpop-nonce"));
      const dpop = calls.proof("/auth/google", { nonce });
      const { status, body } = await calls.signIn(idToken, dpop);
      expect(status).toBe(200);

      const token = String(body.accessToken);
      const guarded = await calls.get(token, calls.proofOf(token));
      expect([guarded.status, guarded.body.code]).toEqual([
        401,
        "unauthenticated",
      ]);
      expect(guarded.headers.get("www-authenticate")).toBe(
        `DPoP error="use_dpop_nonce", ${algorithms}`,
      );
      expect(guarded.headers.get("dpop-nonce")).toBe(nonce);
      const known = await calls.get(token, calls.proofOf(token, { nonce }));
      expect(known.status).toBe(200);
      // A nonce that is still valid is not sent again.
      expect(known.headers.get("dpop-nonce")).toBeNull();

      const oauth = await exchange(
        service,
        idToken,
        {},
        {
          dpop: calls.proof("/oauth/token"),
        },
      );
      expectOAuthError(oauth, 400, "use_dpop_nonce");
      expect(oauth.headers.get("dpop-nonce")).toBe(nonce);
      const refreshed = await calls.refresh(body.refreshToken);
      expect([refreshed.status, refreshed.body.code]).toEqual([
        400,
        "use_dpop_nonce",
      ]);
      const good = calls.proof("/auth/refresh", { nonce });
      expect((await calls.refresh(body.refreshToken, good)).status).toBe(200);
    });

    it("the next nonce is sent with a response before the current one expires", async () => {
      await using service = await start(env);
      const calls = new DpopCalls(service);
      const idToken = await google.idToken();
      const asked = await calls.signIn(idToken);
      const nonce = String(asked.headers.get("dpop-nonce"));
      const issuedAt = () => clock.nowSeconds();
      const { body } = await calls.signIn(
        idToken,
        calls.proof("/auth/google", { nonce, issuedAt: issuedAt() }),
      );
      const token = String(body.accessToken);
      clock.step(300);
      const answer = await calls.get(
        token,
        calls.proofOf(token, { nonce, issuedAt: issuedAt() }),
      );
      expect(answer.status).toBe(200);
      const next = String(answer.headers.get("dpop-nonce"));
      expect(next).not.toBe(nonce);
      clock.step(300);
      const late = await calls.get(
        token,
        calls.proofOf(token, { nonce, issuedAt: issuedAt() }),
      );
      expect(late.headers.get("www-authenticate")).toContain("use_dpop_nonce");
      const inTime = await calls.get(
        token,
        calls.proofOf(token, { nonce: next, issuedAt: issuedAt() }),
      );
      expect(inTime.status).toBe(200);
    });

    it("a request for a nonce does not count as a failed sign-in", async () => {
      await using service = await start({
        ...{ ...env, RATE_LIMIT_SIGN_IN_FAILURES: "1/60" },
      });
      const calls = new DpopCalls(service);
      const idToken = await google.idToken();
      let nonce: string | undefined;
      for (let i = 0; i < 5; i++) {
        const asked = await calls.signIn(idToken);
        expect(asked.body.code).toBe("use_dpop_nonce");
        nonce = String(asked.headers.get("dpop-nonce"));
      }
      const dpop = calls.proof("/auth/google", { nonce });
      expect((await calls.signIn(idToken, dpop)).status).toBe(200);
    });
  });

  it("two instances share nonces and used proofs", async () => {
    const env = { DPOP: "optional", DPOP_NONCE: "required" };
    await using one = await start(env);
    await using other = await start(env);
    const calls = new DpopCalls(one);
    const elsewhere = new DpopCalls(other, calls.client);
    const idToken = await google.idToken();
    const asked = await elsewhere.signIn(idToken);
    const nonce = String(asked.headers.get("dpop-nonce"));
    const dpop = calls.proof("/auth/google", { nonce });
    expect((await calls.signIn(idToken, dpop)).status).toBe(200);
    expect((await calls.signIn(idToken, dpop)).status).toBe(400);
    expect((await elsewhere.signIn(idToken, dpop)).status).toBe(400);
  });
});
