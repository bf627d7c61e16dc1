import { GoogleEmulator } from "../src/testing/google-emulator";
import type { EndpointFault } from "../src/testing/google-faults";
import { newAccount } from "../src/testing/google-accounts";
import { TestService } from "../src/testing/test-service";
import { TestDatabase } from "../src/testing/test-database";
import { signIn } from "./support/requests";
import { rowCounts } from "./support/rows";

const certs = "/oauth2/v1/certs";

describe("Google's signing keys", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    database = await TestDatabase.create();
  });

  beforeEach(async () => {
    google = await GoogleEmulator.start();
    service = await TestService.start(google, { database });
  });

  afterEach(async () => {
    await service.stop();
    await google.stop();
  });

  afterAll(() => database.destroy());

  it("are fetched once for 100 cold sign-ins at once", async () => {
    google.setFault(certs, { latencyMs: 100 });
    const idTokens = await Promise.all(
      Array.from({ length: 100 }, () => google.idToken()),
    );
    const answers = await Promise.all(
      idTokens.map((idToken) => signIn(service, idToken)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([200]),
    );
    expect(google.requestCount(certs)).toBe(1);
  });

  it("are not fetched for what is no token", async () => {
    await signIn(service, "garbage");
    await signIn(service, await google.idToken({ alg: "HS256", secret: "x" }));
    expect(google.requestCount(certs)).toBe(0);
  });

  it("that were rotated in without notice are found by one more fetch", async () => {
    await signIn(service, await google.idToken());
    await google.rotateKeys({ unannounced: true });
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () =>
        signIn(service, await google.idToken()),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([200]),
    );
    expect(google.requestCount(certs)).toBe(2);
  });

  it("are asked for at most twice, however many unknown keys are named", async () => {
    await signIn(service, await google.idToken());
    const forged = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        google.idToken({
          header: { kid: index.toString(16).padStart(40, "0") },
        }),
      ),
    );
    const answers = await Promise.all(
      forged.map((idToken) => signIn(service, idToken)),
    );
    expect(new Set(answers.map(({ body }) => body.reason))).toEqual(
      new Set(["unknown_key"]),
    );
    expect(google.requestCount(certs)).toBeLessThanOrEqual(2);
  });

  const faults: [string, EndpointFault][] = [
    ["a 500", { status: 500 }],
    ["a 404", { status: 404 }],
    ["a reset", { reset: true }],
    ["a web page", { html: true }],
    ["an empty object", { empty: true }],
    ["half an answer", { truncated: true }],
    ["100 MB", { oversized: 100 * 1024 * 1024 }],
    ["a redirect", { redirectTo: "/oauth2/v3/certs" }],
    ["a JWKS", { body: '{"keys":[]}' }],
  ];

  it.each(faults)(
    "that cannot be had because of %s are our trouble: 503, then well again",
    async (_name, fault) => {
      google.setFault(certs, fault);
      const account = newAccount();
      const before = await rowCounts(service);
      const answer = await signIn(service, await google.idToken({ account }));
      expect(answer.status).toBe(503);
      expect(answer.body.code).toBe("identity_provider_unavailable");
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await rowCounts(service)).toEqual(before);
    },
  );

  it("that do not come at all are given up on within 5 s", async () => {
    google.setFault(certs, { hang: true });
    const startedAt = Date.now();
    const answer = await signIn(service, await google.idToken());
    expect(answer.body.code).toBe("identity_provider_unavailable");
    expect(Date.now() - startedAt).toBeLessThan(5000);
  });

  it.each(faults)(
    "that are known stay in use through %s",
    async (_name, fault) => {
      google.setKeyCaching({ maxAgeSeconds: 1, ageSeconds: 1 });
      expect((await signIn(service, await google.idToken())).status).toBe(200);
      google.setFault(certs, fault);
      for (let attempt = 0; attempt < 3; attempt++) {
        expect((await signIn(service, await google.idToken())).status).toBe(
          200,
        );
      }
    },
  );
});
