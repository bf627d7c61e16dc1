import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { Clock } from "../src/common/clock.port";
import { SigningKeys } from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { getWithToken, signIn } from "./support/requests";
import { ResourceServer } from "./support/resource-server";
import { query } from "./support/rows";

type Environment = Readonly<Record<string, string>>;

const oldSecret = "only for tests: 8b1f4c0d9e7a6352f1e0";
const newSecret = "quite another one: 0a9b8c7d6e5f4a3b2c";

describe("the configuration of signing keys", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let clock: SteppedClock;

  beforeEach(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    clock = new SteppedClock();
  });

  afterEach(async () => {
    await database.destroy();
    await google.stop();
  });

  function start(env: Environment): Promise<TestService> {
    return TestService.start(google, {
      database,
      env,
      providers: [{ provide: Clock, useValue: clock }],
    });
  }

  async function tokenOf(service: TestService): Promise<string> {
    return (await signIn(service, await google.idToken())).accessToken;
  }

  async function expectAccepted(service: TestService, token: string) {
    expect((await getWithToken(service, "/users/me", token)).status).toBe(200);
  }

  describe("a key from the environment", () => {
    const oldKey = ecPem();
    const newKey = ecPem();

    it("is replaced in three steps, instance by instance, without a refusal", async () => {
      const steps: Environment[] = [
        { SIGNING_KEY_PEM: oldKey },
        { SIGNING_KEY_PEM: oldKey, SIGNING_KEY_PEM_PREVIOUS: newKey },
        { SIGNING_KEY_PEM: newKey, SIGNING_KEY_PEM_PREVIOUS: oldKey },
        { SIGNING_KEY_PEM: newKey },
      ];
      const kids: unknown[] = [];
      for (const [index, env] of steps.slice(1).entries()) {
        // During a step, instances with the old and the new settings run at
        // once.
        await using before = await start(steps[index] ?? {});
        await using after = await start(env);
        const servers = [before, after].map(
          (service) => new ResourceServer([service], clock),
        );
        for (const service of [before, after]) {
          const token = await tokenOf(service);
          await expectAccepted(after, token);
          const [first, second] = servers;
          expect(await second?.refusalOf(token)).toBeNull();
          // The new key has been published since the previous step.
          expect(await first?.refusalOf(token)).toBeNull();
          await expectAccepted(before, token);
        }
        kids.push(after.app.get(SigningKeys).current().kid);
        expect(
          await query(after, "SELECT kid FROM google_auth.signing_keys"),
        ).toEqual([]);
        clock.step(600);
      }
      expect(new Set(kids).size).toBe(2);
    });

    it("may be an RSA key, which the JWKS contains", async () => {
      await using service = await start({ SIGNING_KEY_PEM: rsaPem() });
      await expectAccepted(service, await tokenOf(service));
      const { body } = await getWithToken(service, "/.well-known/jwks.json");
      const keys = body.keys as Record<string, unknown>[];
      expect(keys.map((key) => Object.keys(key).sort())).toEqual([
        ["alg", "e", "kid", "kty", "n", "use"],
      ]);
      expect(keys[0]).toMatchObject({ alg: "RS256", kty: "RSA", use: "sig" });
      expect((await service.fetch("/health/ready")).status).toBe(200);
    });

    it("that is too weak is refused at the start, naming the rule", async () => {
      const { privateKey } = generateKeyPairSync("rsa", {
        modulusLength: 1024,
      });
      const refusal = start({ SIGNING_KEY_PEM: pemOf(privateKey) });
      await expect(refusal).rejects.toThrow(
        /SIGNING_KEY_PEM must be an unencrypted PEM private key/,
      );
      await expect(refusal).rejects.not.toThrow(/BEGIN/);
    });
  });

  describe("a SECRET_KEY that changes", () => {
    it("invalidates no token, during and after a change instance by instance", async () => {
      const changing = {
        SECRET_KEY: newSecret,
        SECRET_KEY_PREVIOUS: oldSecret,
      };
      await using before = await start({ SECRET_KEY: oldSecret });
      const tokens = [await tokenOf(before)];
      const { kid } = before.app.get(SigningKeys).current();
      {
        await using between = await start(changing);
        tokens.push(await tokenOf(between), await tokenOf(before));
        for (const service of [before, between]) {
          for (const token of tokens) await expectAccepted(service, token);
        }
      }
      await using after = await start({ SECRET_KEY: newSecret });
      expect(after.app.get(SigningKeys).current().kid).toBe(kid);
      for (const token of tokens) await expectAccepted(after, token);
      await expect(start({ SECRET_KEY: oldSecret })).rejects.toThrow(
        "encrypted under another SECRET_KEY",
      );
    });
  });
});

function ecPem(): string {
  return pemOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
}

function rsaPem(): string {
  return pemOf(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
}

function pemOf(privateKey: KeyObject): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
