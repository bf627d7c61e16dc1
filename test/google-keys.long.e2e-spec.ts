import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import autocannon from "autocannon";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { googlePaths } from "../src/testing/google/emulator.routes";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { signIn } from "./support/requests";
import { SignInLoad, tally } from "./support/sign-in-load";
import { FrozenClock } from "../src/testing/frozen-clock";

const { certs } = googlePaths;

/** Least time between two fetches for unknown keys, in seconds. */
const cooldownSeconds = 10;

describe("Google's signing keys", () => {
  let clock: FrozenClock;
  let google: GoogleEmulator;
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    database = await TestDatabase.create();
  });

  beforeEach(async () => {
    clock = new FrozenClock();
    google = await GoogleEmulator.start();
    service = await TestService.start(google, {
      database,
      env: {
        // Thousands of refusals would write thousands of lines.
        LOG_LEVEL: "warn",
        // With 10 connections, 200 sign-ins would wait too long on a busy
        // machine.
        DATABASE_POOL_SIZE: "40",
      },
      providers: [clock.provider],
    });
  });

  afterEach(async () => {
    await service.stop();
    await google.stop();
  });

  afterAll(() => database.destroy());

  /** Mints a valid token of a new account. */
  const newcomer = () => google.idToken({ account: newAccount() });

  it("are fetched once for 200 concurrent sign-ins on a cold cache, which all succeed", async () => {
    google.setFault(certs, { latencyMs: 500 });
    const idTokens = await Promise.all(Array.from({ length: 200 }, newcomer));
    const answers = await Promise.all(
      idTokens.map((idToken) => signIn(service, idToken)),
    );
    expect(tally(answers)).toEqual({ 200: 200 });
    expect(google.requestCount(certs)).toBe(1);
  });

  it("are not fetched for malformed tokens", async () => {
    await signIn(service, "garbage");
    await signIn(service, await google.idToken({ alg: "HS256", secret: "x" }));
    expect(google.requestCount(certs)).toBe(0);
  });

  it("are fetched once more for thousands of tokens with unknown key ids within 10 s", async () => {
    const amount = 10_000;
    const genuine = await newcomer();
    const everybody = SignInLoad.start(service, newcomer, 2);
    const outcomes = await flood(service, amount, {
      nextToken: () => forged(genuine),
      // All of them within ten seconds of the service's clock.
      onAnswer: () => clock.advance(10 / amount),
    });
    expect(outcomes).toEqual({ "401 invalid_token unknown_key": amount });
    const answers = await everybody.stop();
    expect(tally(answers)).toEqual({ 200: answers.length });
    expect(answers.length).toBeGreaterThan(50);
    // One for the first sign-in and one for the first forgery.
    expect(google.requestCount(certs)).toBe(2);

    // The cool-down ended with the last response.
    const late = await signIn(service, forged(genuine));
    expect([late.status, late.body.reason]).toEqual([401, "unknown_key"]);
    expect(google.requestCount(certs)).toBe(3);
  }, 60_000);

  it("can be rotated under load, announced or not, without a refusal", async () => {
    // Every token is used some time after it is issued.
    const waiting = await Promise.all(Array.from({ length: 8 }, newcomer));
    const everybody = SignInLoad.start(service, async () => {
      waiting.push(await newcomer());
      return waiting.shift();
    });
    await everybody.more(20);
    const rotations = [false, true, false, true, true, false];
    for (const unannounced of rotations) {
      clock.advance(cooldownSeconds);
      await google.rotateKeys({ unannounced });
      // By then every token of the previous key has been used.
      await everybody.more(40);
    }
    const answers = await everybody.stop();
    expect(tally(answers)).toEqual({ 200: answers.length });
    // One for the first sign-in, and one for each key that was not announced.
    expect(google.requestCount(certs)).toBe(1 + 3);
  });

  // Guards against refusing their tokens for the next 10 s.
  it("that appear while an older response is in transit are still found", async () => {
    google.setKeyCaching({ maxAgeSeconds: 600 });
    await signIn(service, await newcomer());
    google.setFault(certs, { latencyMs: 300, times: 1 });
    clock.advance(0.95 * 600);
    await signIn(service, await newcomer());
    while (google.requestCount(certs) < 2) await setImmediate();
    await google.rotateKeys({ unannounced: true });
    expect((await signIn(service, await newcomer())).status).toBe(200);
    expect(google.requestCount(certs)).toBe(3);
  });

  it("that were withdrawn are refused once the cached response expires", async () => {
    google.setKeyCaching({ maxAgeSeconds: 600 });
    const old = await newcomer();
    expect((await signIn(service, old)).status).toBe(200);
    await google.rotateKeys({ dropPrevious: true });
    clock.advance(600);
    const answer = await signIn(service, await newcomer());
    expect(answer.status).toBe(200);
    expect(tally([await signIn(service, old)])).toEqual({
      "401 invalid_token unknown_key": 1,
    });
  });
});

/** A token that is valid except for an unknown key id. */
function forged(genuine: string): string {
  const kid = randomBytes(20).toString("hex");
  const header = JSON.stringify({ alg: "RS256", kid, typ: "JWT" });
  const [, ...rest] = genuine.split(".");
  return [Buffer.from(header).toString("base64url"), ...rest].join(".");
}

/** Signs in as fast as possible and counts each outcome. */
async function flood(
  { url }: TestService,
  amount: number,
  { nextToken, onAnswer }: { nextToken: () => string; onAnswer: () => void },
): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  await autocannon({
    url: `${url}/auth/google`,
    connections: 16,
    amount,
    requests: [
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        setupRequest: (request) => {
          request.body = JSON.stringify({ idToken: nextToken() });
          return request;
        },
        onResponse: (status, body) => {
          const { code, reason } = JSON.parse(body) as Record<string, string>;
          const outcome = `${status} ${code} ${reason}`;
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
          onAnswer();
        },
      },
    ],
  });
  return outcomes;
}
