import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { Test, type TestingModuleBuilder } from "@nestjs/testing";
import { optionsFrom } from "../src/config/module-options";
import { readEnvironment } from "../src/config/read-environment";
import { serviceSettings } from "../src/config/settings";
import { GoogleAuthModule, type GoogleAuthModuleOptions } from "../src/index";
import { fastifyAdapter, setUpFastify } from "../src/fastify";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { documentedCode } from "./support/documented-code";
import { answerOf } from "./support/requests";
import { WorkerKms } from "./support/worker-kms";

interface Documented {
  readonly keysIn: (
    kms: WorkerKms,
    keyIds: { readonly ids: readonly string[] },
  ) => Pick<GoogleAuthModuleOptions, "imports" | "providers">;
}

const { keysIn } = documentedCode<Documented>("docs/signing-keys.md");
const keyIds = { ids: ["alias/tokens-2", "alias/tokens-1"] };

describe("the key management service from the documentation", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let kms: WorkerKms;
  let app: NestFastifyApplication;
  let url: string;

  beforeEach(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    kms = new WorkerKms(keyIds.ids);
  });

  afterEach(async () => {
    await app.close();
    await kms.stop();
    await database.destroy();
    await google.stop();
  });

  async function listen(builder: TestingModuleBuilder): Promise<void> {
    const module = await builder.compile();
    app = module.createNestApplication<NestFastifyApplication>(
      fastifyAdapter(serviceSettings(environment())),
      { logger: false },
    );
    setUpFastify(app);
    await app.listen({ host: "127.0.0.1", port: 0 });
    url = await app.getUrl();
  }

  function environment() {
    return readEnvironment({
      ...{ NODE_ENV: "test", PORT: "0", LOG_LEVEL: "silent" },
      PUBLIC_URL: "https://service.example",
      SECRET_KEY: "only for tests: 8b1f4c0d9e7a6352f1e0",
      DATABASE_URL: database.url,
      ...google.environment(),
    });
  }

  async function signIn() {
    const idToken = await google.idToken();
    const body = new URLSearchParams({ idToken });
    return answerOf(
      await fetch(`${url}/auth/google`, { method: "POST", body }),
    );
  }

  async function get(path: string, accessToken = "") {
    const authorization = `Bearer ${accessToken}`;
    return answerOf(
      await fetch(`${url}${path}`, { headers: { authorization } }),
    );
  }

  it("signs the tokens of sign-ins without a private key in this process", async () => {
    const options = optionsFrom(environment()) as GoogleAuthModuleOptions;
    const routes = { health: true };
    await listen(
      Test.createTestingModule({
        imports: [
          GoogleAuthModule.forRoot({
            ...{ ...options, routes },
            ...keysIn(kms, keyIds),
          }),
        ],
      }),
    );
    const answers = await Promise.all(Array.from({ length: 10 }, signIn));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(kms.signatures).toBe(10);
    const accessToken = String(answers[0]?.body.accessToken);
    expect((await get("/users/me", accessToken)).status).toBe(200);
    const { body } = await get("/.well-known/jwks.json");
    const published = body.keys as Record<string, unknown>[];
    expect(published.map(({ kid }) => kid)).toEqual(keyIds.ids);
    for (const key of published) {
      expect(Object.keys(key).sort()).toEqual([
        ...["alg", "crv", "kid", "kty", "use", "x", "y"],
      ]);
    }

    await kms.stop();
    const refused = await signIn();
    expect([refused.status, refused.body.code, refused.body.reason]).toEqual([
      ...[503, "service_unavailable", "signing_failed"],
    ]);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect((await get("/users/me", accessToken)).status).toBe(200);
    expect((await get("/health/ready")).status).toBe(200);
  });
});
