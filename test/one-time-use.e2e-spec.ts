import { createHash } from "node:crypto";
import { Clock } from "../src/common/clock.port";
import { Purge } from "../src/database/purge";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { type Answer, postJson, signIn } from "./support/requests";
import { query, rowCounts } from "./support/rows";

const sha256 = (text: string) => createHash("sha256").update(text);

/** The status and, for a refusal, code and reason. */
const verdict = ({ status, body }: Answer) =>
  status === 200
    ? "in"
    : `${status} ${String(body.code)}: ${String(body.reason)}`;

const count = (verdicts: string[], wanted: string) =>
  verdicts.filter((given) => given === wanted).length;

async function newNonce(service: TestService): Promise<string> {
  const answer = await postJson(service, "/auth/google/nonce", {});
  return String(answer.body.nonce);
}

describe("one-time use", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let clock: SteppedClock;
  const services: TestService[] = [];

  const start = async (env: Record<string, string>) => {
    const service = await TestService.start(google, {
      database,
      env,
      providers: [{ provide: Clock, useValue: clock }],
    });
    services.push(service);
    return service;
  };

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
  });

  beforeEach(() => {
    clock = new SteppedClock();
  });

  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  });

  afterAll(async () => {
    await database.destroy();
    await google.stop();
  });

  describe("of a nonce issued here", () => {
    it("has a lifetime, must not be cached, and stores no row", async () => {
      const service = await start({});
      const answer = await postJson(service, "/auth/google/nonce", {});
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.body).toEqual({
        nonce: expect.stringMatching(/^n1\.[\w-]{51}$/) as string,
        expiresIn: 600,
      });
      const kept = await query(service, "SELECT FROM google_auth.nonces");
      expect(kept).toEqual([]);
      const nonce = String(answer.body.nonce);
      expect(await newNonce(service)).not.toBe(nonce);
    });

    it.each([
      ["as issued", (nonce: string) => nonce],
      ["as its SHA-256 in hex", (nonce: string) => sha256(nonce).digest("hex")],
      [
        "as its SHA-256 in base64url",
        (nonce: string) => sha256(nonce).digest("base64url"),
      ],
    ])("sent %s signs in once across its forms", async (_form, spell) => {
      const service = await start({});
      const nonce = await newNonce(service);
      const account = newAccount();
      const idToken = await google.idToken({ account, nonce: spell(nonce) });
      // A digest alone does not reveal which nonce it is of.
      const naming = (token: string) =>
        postJson(service, "/auth/google", { idToken: token, nonce });
      expect(verdict(await naming(idToken))).toBe("in");
      for (const again of [nonce, sha256(nonce).digest("hex")]) {
        const other = await google.idToken({ account, nonce: again });
        expect(verdict(await naming(other))).toBe(
          "401 invalid_token: nonce_used",
        );
      }
    });

    it("in a token that does not match the request is not used up", async () => {
      const service = await start({});
      const nonce = await newNonce(service);
      const idToken = await google.idToken({ nonce });
      const refused = await postJson(service, "/auth/google", {
        idToken,
        nonce: await newNonce(service),
      });
      expect(verdict(refused)).toBe("401 invalid_token: nonce_mismatch");
      const answer = await postJson(service, "/auth/google", {
        idToken,
        nonce,
      });
      expect(verdict(answer)).toBe("in");
    });

    it("expires after ten minutes, and is then refused as expired rather than unknown", async () => {
      const service = await start({});
      const [early, late] = [await newNonce(service), await newNonce(service)];
      clock.step(590);
      const inTime = await google.idToken({ nonce: early });
      expect(verdict(await signIn(service, inTime))).toBe("in");
      clock.step(11);
      const tooLate = await google.idToken({ nonce: late });
      expect(verdict(await signIn(service, tooLate))).toBe(
        "401 invalid_token: nonce_expired",
      );
    });

    it("admits one of 50 concurrent sign-ins on two instances", async () => {
      const [one, other] = [await start({}), await start({})];
      const idToken = await google.idToken({
        account: newAccount(),
        nonce: await newNonce(one),
      });
      const verdicts = await Promise.all(
        Array.from({ length: 50 }, async (_, index) =>
          verdict(await signIn(index % 2 ? one : other, idToken)),
        ),
      );
      expect(count(verdicts, "in")).toBe(1);
      expect(count(verdicts, "401 invalid_token: nonce_used")).toBe(49);
    });

    it("is not used up by a sign-in that the policy refuses", async () => {
      const service = await start({ SIGN_UP: "closed" });
      const account = newAccount();
      const idToken = await google.idToken({
        account,
        nonce: await newNonce(service),
      });
      const before = await rowCounts(service);
      expect((await signIn(service, idToken)).body.code).toBe(
        "sign_up_not_allowed",
      );
      expect(await rowCounts(service)).toEqual(before);
      const open = await start({});
      expect(verdict(await signIn(open, idToken))).toBe("in");
    });
  });

  it("ignores a nonce that was not issued here while nonces are optional", async () => {
    const service = await start({});
    const idToken = await google.idToken({ nonce: "an SDK's own" });
    expect(verdict(await signIn(service, idToken))).toBe("in");
    expect(verdict(await signIn(service, idToken))).toBe("in");
  });

  it("refuses tokens without a nonce or with an unknown one if nonces are required", async () => {
    const service = await start({ GOOGLE_NONCE: "required" });
    const before = await rowCounts(service);
    expect(verdict(await signIn(service, await google.idToken()))).toBe(
      "401 invalid_token: nonce_missing",
    );
    const foreign = await google.idToken({ nonce: "an SDK's own" });
    expect(verdict(await signIn(service, foreign))).toBe(
      "401 invalid_token: nonce_unknown",
    );
    expect(await rowCounts(service)).toEqual(before);
    const idToken = await google.idToken({ nonce: await newNonce(service) });
    expect(verdict(await signIn(service, idToken))).toBe("in");
  });

  describe("of an ID token", () => {
    const once = { GOOGLE_ID_TOKEN_USE: "once" };

    it("admits one of 50 concurrent sign-ins on two instances, in ten rounds", async () => {
      const [one, other] = [await start(once), await start(once)];
      for (let round = 0; round < 10; round++) {
        const account = newAccount();
        const idToken = await google.idToken({ account });
        const verdicts = await Promise.all(
          Array.from({ length: 50 }, async (_, index) =>
            verdict(await signIn(index % 2 ? one : other, idToken)),
          ),
        );
        expect(count(verdicts, "in")).toBe(1);
        expect(count(verdicts, "401 invalid_token: token_used")).toBe(49);
        const sessions = await query<{ count: number }>(
          one,
          `SELECT count(*)::int FROM google_auth.sessions JOIN google_auth.identities USING (user_id)
           WHERE subject = $1`,
          [account.sub],
        );
        expect(sessions).toEqual([{ count: 1 }]);
      }
    });

    it("recognises the token in every spelling", async () => {
      const service = await start(once);
      const idToken = await google.idToken();
      expect(verdict(await signIn(service, idToken))).toBe("in");
      const spellings = [
        idToken,
        `${idToken}=`,
        `${idToken}\n`,
        ` ${idToken}`,
        idToken.replace(/.$/, (last) => (last === "A" ? "B" : "A")),
        idToken.replaceAll("-", "+").replaceAll("_", "/"),
        idToken.replace(".", "=."),
      ];
      for (const spelling of spellings) {
        const answer = await signIn(service, spelling);
        expect([answer.status, answer.body.code]).toEqual([
          401,
          "invalid_token",
        ]);
      }
      for (const field of ["idtoken", "id_token", "credential"]) {
        const answer = await postJson(service, "/tokensignin", {
          [field]: idToken,
        });
        expect(verdict(answer)).toBe("401 invalid_token: token_used");
      }
    });

    it("does not affect the next token of the same user", async () => {
      const service = await start(once);
      const account = newAccount();
      for (let attempt = 0; attempt < 3; attempt++) {
        const idToken = await google.idToken({ account, claims: { attempt } });
        expect(verdict(await signIn(service, idToken))).toBe("in");
      }
    });

    it("does not count a refusal", async () => {
      const service = await start({ ...once, SIGN_UP: "closed" });
      const account = newAccount();
      const idToken = await google.idToken({ account });
      for (let attempt = 0; attempt < 2; attempt++) {
        expect((await signIn(service, idToken)).body.code).toBe(
          "sign_up_not_allowed",
        );
      }
      const open = await start(once);
      const { user } = await signIn(open, idToken);
      const setStatus = (status: string) =>
        query(open, "UPDATE google_auth.users SET status = $2 WHERE id = $1", [
          user.id,
          status,
        ]);
      const another = await google.idToken({ account, claims: { jti: "2" } });
      await setStatus("disabled");
      expect((await signIn(open, another)).body.code).toBe("account_disabled");
      await setStatus("active");
      expect(verdict(await signIn(open, another))).toBe("in");
    });
  });

  it("is forgotten once the token has expired, and not before", async () => {
    const service = await start({ GOOGLE_ID_TOKEN_USE: "once" });
    const nonce = await newNonce(service);
    const idToken = await google.idToken({ account: newAccount(), nonce });
    expect(verdict(await signIn(service, idToken))).toBe("in");
    const purge = service.app.get(Purge);
    const left = async () => {
      await purge.run();
      const [kept] = await query<Record<string, number>>(
        service,
        `SELECT (SELECT count(*)::int FROM google_auth.nonces) AS nonces,
          (SELECT count(*)::int FROM google_auth.used_id_tokens) AS tokens`,
      );
      return kept;
    };
    // Ten minutes after each expiry.
    clock.step(1195);
    expect((await left())?.nonces).toBeGreaterThan(0);
    clock.step(10);
    expect((await left())?.nonces).toBe(0);
    clock.step(3600 + 500 - 1205);
    expect((await left())?.tokens).toBeGreaterThan(0);
    clock.step(102);
    expect((await left())?.tokens).toBe(0);
  });
});
