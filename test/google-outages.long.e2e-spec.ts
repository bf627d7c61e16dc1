import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { googlePaths } from "../src/testing/google/emulator.routes";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { FrozenClock } from "../src/testing/frozen-clock";
import { freezeDate } from "./support/frozen-date";
import { GoogleImpostor } from "./support/google-impostor";
import { googleOutages, type GoogleSite } from "./support/google-outages";
import { signIn } from "./support/requests";
import { rowCounts } from "./support/rows";
import { SignInLoad, tally } from "./support/sign-in-load";
import { TcpProxy } from "./support/tcp-proxy";

const { certs } = googlePaths;

/** Least time between two fetches after a failure, in seconds. */
const cooldownSeconds = 10;
/** How long a key set that cannot be renewed stays in use, in milliseconds. */
const maxStaleMilliseconds = 24 * 3600 * 1000;

const unavailable = "503 identity_provider_unavailable keys_unavailable";
const unknownKey = "401 invalid_token unknown_key";

describe("an outage of Google's", () => {
  let clock: FrozenClock;
  let database: TestDatabase;
  let site: GoogleSite;
  let service: TestService;

  beforeAll(async () => {
    database = await TestDatabase.create();
  });

  beforeEach(async () => {
    clock = new FrozenClock();
    const google = await GoogleEmulator.start({ maxAgeSeconds: 600 });
    const network = await TcpProxy.to(google.url);
    site = { google, network, stranger: await GoogleEmulator.start() };
    service = await TestService.start(google, {
      database,
      env: { GOOGLE_CERTS_URL: new URL(certs, network.url).href },
      providers: [clock.provider],
    });
  });

  afterEach(async () => {
    await service.stop();
    await site.network.stop();
    await site.google.stop();
    await site.stranger.stop();
  });

  afterAll(() => database.destroy());

  /** Mints a valid token of a new account. */
  const newcomer = () => site.google.idToken({ account: newAccount() });

  /** The outcomes of this many first sign-ins, a few at a time. */
  async function newcomersFare(count: number): Promise<Record<string, number>> {
    let left = count;
    const load = SignInLoad.start(service, () =>
      left-- > 0 ? newcomer() : undefined,
    );
    return tally(await load.ended());
  }

  const complaints = () => complaintsOf(service);

  describe.each(googleOutages)("when the keys' endpoint $name", (outage) => {
    it("then a cold start is a 503 within the time limit, and sign-ins recover after one cool-down", async () => {
      await outage.begin(site);
      const before = await rowCounts(service);
      const startedAt = performance.now();
      const idTokens = await Promise.all(Array.from({ length: 5 }, newcomer));
      const answers = await Promise.all(
        idTokens.map((idToken) => signIn(service, idToken)),
      );
      expect(performance.now() - startedAt).toBeLessThan(5000);
      expect(tally(answers)).toEqual({ [unavailable]: 5 });
      for (const { headers } of answers) {
        expect(headers.get("retry-after")).toBe(String(cooldownSeconds));
      }
      expect(await rowCounts(service)).toEqual(before);
      expect(complaints()).toEqual([expect.stringMatching(outage.says)]);

      await outage.end(site);
      clock.advance(cooldownSeconds - 0.001);
      expect(await newcomersFare(5)).toEqual({ [unavailable]: 5 });
      clock.advance(0.001);
      expect(await newcomersFare(1)).toEqual({ 200: 1 });
      expect(complaints()).toHaveLength(1);
      expect(site.stranger.requestCount()).toBe(0);
      const log = service.logLines.join("");
      for (const idToken of idTokens) {
        const [, payload, signature] = idToken.split(".");
        expect(log).not.toContain(payload);
        expect(log).not.toContain(signature);
      }
    });

    it("then sign-ins with cached keys succeed before and after the cache expires", async () => {
      expect(await newcomersFare(1)).toEqual({ 200: 1 });
      await outage.begin(site);
      // Still fresh, but due for a renewal in the background.
      clock.advance(0.95 * 600);
      expect(await newcomersFare(20)).toEqual({ 200: 20 });
      // All responses were sent before Google's request ended.
      if (outage.slow) expect(complaints()).toEqual([]);
      clock.advance(0.05 * 600);
      const startedAt = performance.now();
      expect(await newcomersFare(10)).toEqual({ 200: 10 });
      expect(performance.now() - startedAt).toBeLessThan(5000);
      const strange = await signIn(service, await site.stranger.idToken());
      expect(tally([strange])).toEqual({ [unavailable]: 1 });
      // During the cool-down there is no fetch to wait for.
      const complained = complaints().length;
      expect(await newcomersFare(20)).toEqual({ 200: 20 });
      expect(complaints()).toHaveLength(complained);

      clock.advance(cooldownSeconds);
      expect(await newcomersFare(20)).toEqual({ 200: 20 });
      // No sign-in waited for the attempt in the background,
      if (outage.slow) expect(complaints()).toHaveLength(complained);
      // except one whose key is not cached.
      const another = await signIn(service, await site.stranger.idToken());
      expect(tally([another])).toEqual({ [unavailable]: 1 });
      expect(complaints()).toHaveLength(complained + 1);

      await outage.end(site);
      await site.google.rotateKeys({ unannounced: true });
      clock.advance(cooldownSeconds);
      expect(await newcomersFare(5)).toEqual({ 200: 5 });
      const late = await signIn(service, await site.stranger.idToken());
      expect(tally([late])).toEqual({ [unknownKey]: 1 });
      expect(complaints()).toHaveLength(complained + 1);
      expect(site.stranger.requestCount()).toBe(0);
    });
  });

  it("does not include a wrong content type: the keys are accepted", async () => {
    site.google.setFault(certs, { contentType: "text/html" });
    expect(await newcomersFare(5)).toEqual({ 200: 5 });
  });
});

describe("a server that impersonates Google", () => {
  it.each([
    ["with an untrusted certificate", "with", /certificate/],
    ["without TLS", "without", /SSL/],
  ] as const)(
    "%s is a 503 and receives no request",
    async (_who, tls, says) => {
      const google = await GoogleEmulator.start();
      const impostor = await GoogleImpostor.start(tls);
      const service = await TestService.start(google, {
        env: { GOOGLE_CERTS_URL: impostor.certsUrl },
      });
      const idToken = await google.idToken({ key: impostor.key });
      const answer = await signIn(service, idToken);
      expect(tally([answer])).toEqual({ [unavailable]: 1 });
      expect(complaintsOf(service)).toEqual([expect.stringMatching(says)]);
      expect(impostor.requestCount).toBe(0);
      await service.stop();
      await impostor.stop();
      await google.stop();
    },
  );
});

describe("an outage of Google's by the machine's clock", () => {
  let google: GoogleEmulator;
  let service: TestService;

  beforeEach(async () => {
    google = await GoogleEmulator.start();
    service = await TestService.start(google);
  });

  afterEach(async () => {
    jest.useRealTimers();
    await service.stop();
    await google.stop();
  });

  it("that hangs is over for a client that waits for Retry-After", async () => {
    freezeDate();
    google.setFault(certs, { hang: true });
    const idToken = await google.idToken();
    const startedAt = performance.now();
    const answer = await signIn(service, idToken);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(tally([answer])).toEqual({ [unavailable]: 1 });
    google.clearFaults();
    const seconds = Number(answer.headers.get("retry-after"));
    jest.setSystemTime(Date.now() + seconds * 1000);
    expect(tally([await signIn(service, idToken)])).toEqual({ 200: 1 });
  });

  it("is bridged for 24 h after the cached keys expire, then is a 503", async () => {
    freezeDate();
    const fare = async () =>
      tally([await signIn(service, await google.idToken())]);
    expect(await fare()).toEqual({ 200: 1 });
    const end = Date.now() + google.caching.maxAgeSeconds * 1000;
    google.setFault(certs, { status: 500 });
    for (let hour = 0; hour < 24; hour++) {
      jest.setSystemTime(end + hour * 3_600_000);
      expect(await fare()).toEqual({ 200: 1 });
    }
    jest.setSystemTime(end + maxStaleMilliseconds - 1);
    expect(await fare()).toEqual({ 200: 1 });
    jest.setSystemTime(end + maxStaleMilliseconds);
    expect(await fare()).toEqual({ [unavailable]: 1 });
    jest.setSystemTime(end + 30 * maxStaleMilliseconds);
    expect(await fare()).toEqual({ [unavailable]: 1 });
    google.clearFaults();
    jest.setSystemTime(Date.now() + cooldownSeconds * 1000);
    expect(await fare()).toEqual({ 200: 1 });
  });
});

/** The log lines about failed fetches of the keys, one per attempt. */
function complaintsOf({ logLines }: TestService): string[] {
  return logLines
    .map((line) => JSON.parse(line) as { msg: string; err: Error })
    .filter(({ msg }) =>
      /^Google's signing keys (?:are unavailable|cannot be renewed)/.test(msg),
    )
    .map(({ err }) => err.message);
}
