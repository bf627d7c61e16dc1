import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { Test, type TestingModuleBuilder } from "@nestjs/testing";
import { TypeOrmModule } from "@nestjs/typeorm";
import type { DynamicModule } from "@nestjs/common";
import { AppModule } from "../src/app.module";
import { readEnvironment } from "../src/config/read-environment";
import { serviceSettings } from "../src/config/settings";
import {
  AccessTokens,
  AuditModule,
  CommonModule,
  DatabaseModule,
  dataSourceOptions,
  fastifyAdapter,
  setUpFastify,
  SigningKeys,
} from "../src/index";
import { GoogleEmulator } from "../src/testing/google-emulator";
import { TestDatabase } from "../src/testing/test-database";
import { documentedCode } from "./support/documented-code";
import { answerOf } from "./support/requests";
import { WorkerKms } from "./support/worker-kms";

interface Documented {
  readonly KmsSigningKeys: new (
    kms: WorkerKms,
    keyIds: { readonly ids: readonly string[] },
  ) => SigningKeys & { onModuleInit(): Promise<void> };
  readonly tokensModule: (
    kms: WorkerKms,
    keyIds: { readonly ids: readonly string[] },
  ) => DynamicModule;
}

const { KmsSigningKeys, tokensModule } = documentedCode<Documented>(
  "docs/signing-keys.md",
);
const keyIds = { ids: ["alias/tokens-2", "alias/tokens-1"] };

describe("a key management service, as the documentation shows it", () => {
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

  it("signs whole sign-ins, and no private key is ever here", async () => {
    const keys = new KmsSigningKeys(kms, keyIds);
    await keys.onModuleInit();
    await listen(
      Test.createTestingModule({ imports: [AppModule.forRoot(environment())] })
        .overrideProvider(SigningKeys)
        .useValue(keys),
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

  it("takes its place in a module of the team's own", async () => {
    await listen(
      Test.createTestingModule({
        imports: [
          CommonModule.forRoot({ showReasons: true }),
          TypeOrmModule.forRoot({
            ...dataSourceOptions({
              ...{ url: database.url, poolSize: 2, ssl: false },
            }),
            autoLoadEntities: true,
          }),
          DatabaseModule,
          AuditModule.forRoot({ retentionDays: 400 }),
          tokensModule(kms, keyIds),
        ],
      }),
    );
    const tokens = app.get(AccessTokens);
    const { token } = await tokens.issue({
      userId: "019aa0b5-1c00-7000-8000-000000000001",
      sessionId: "019aa0b5-1c00-7000-8000-000000000002",
      ...{ clientId: "web", roles: [], authenticatedAt: new Date() },
    });
    expect(tokens.verify(token).clientId).toBe("web");
    expect(kms.signatures).toBe(1);
    const { body } = await get("/.well-known/jwks.json");
    expect(body.keys).toHaveLength(2);
  });
});
