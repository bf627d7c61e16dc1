import { Injectable, Logger, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import {
  GoogleAuthModule,
  type GoogleAuthModuleOptions,
  InvalidOptionsError,
  SecurityEventHandler,
} from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { person } from "./support/calls";
import { GuestApp, requiredOptions } from "./support/guest-app";

@Injectable()
class NoSeam {}

describe("forRootAsync", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
  });

  afterAll(async () => {
    await database.destroy();
    await google.stop();
  });

  /** An application's own configuration service. */
  @Injectable()
  class Config {
    readonly options = () => requiredOptions(google, database);
  }

  @Module({ providers: [Config], exports: [Config] })
  class ConfigModule {}

  const startWith = (changes: object, structure: object = {}) => {
    @Module({
      imports: [
        GoogleAuthModule.forRootAsync({
          imports: [ConfigModule],
          inject: [Config],
          useFactory: (config: Config) =>
            Promise.resolve({ ...config.options(), ...changes }),
          ...structure,
        }),
      ],
    })
    class Host {}
    return NestFactory.create(Host, { logger: false, abortOnError: false });
  };

  it("takes the options from a factory with injected dependencies", async () => {
    const googleAuth = GoogleAuthModule.forRootAsync({
      imports: [ConfigModule],
      inject: [Config],
      useFactory: (config: Config) => Promise.resolve(config.options()),
      routes: { prefix: "api" },
    });
    await using app = await GuestApp.start(google, database, { googleAuth });
    const idToken = await google.idToken();
    const answer = await app.fetch("/api/auth/google", {
      ...{ method: "POST", body: JSON.stringify({ idToken }) },
      headers: { "content-type": "application/json" },
    });
    expect(answer.status).toBe(200);
    expect((await person(app, google)).status).toBe(404);
  });

  it("names every structural option inside the factory, along with all other problems", async () => {
    const inside: Partial<GoogleAuthModuleOptions> = {
      ...{ routes: { admin: false }, guard: "manual", errors: "all" },
      ...{ migrate: "never", identityProviders: {}, imports: [] },
      ...{ providers: [], publicUrl: "" },
    };
    const error = await startWith(inside).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(InvalidOptionsError);
    const { problems } = error as InvalidOptionsError;
    expect([...problems].sort()).toEqual([
      "errors belongs next to the factory, not inside it",
      "guard belongs next to the factory, not inside it",
      "identityProviders belongs next to the factory, not inside it",
      "imports belongs next to the factory, not inside it",
      "migrate belongs next to the factory, not inside it",
      "providers belongs next to the factory, not inside it",
      expect.stringMatching(/^publicUrl \(PUBLIC_URL\) must be /),
      "routes belongs next to the factory, not inside it",
    ]);
  });

  it("refuses invalid structural options before the factory runs", () => {
    const useFactory = jest.fn();
    expect(() =>
      GoogleAuthModule.forRootAsync({
        useFactory,
        providers: [NoSeam],
        routes: { nothing: true } as object,
      }),
    ).toThrow(/routes\.nothing is not an option[\s\S]*NoSeam is not a seam/);
    expect(useFactory).not.toHaveBeenCalled();
  });

  it("refuses a handler that has no effect, although the factory runs later", () => {
    const routes = { securityEvents: false };
    const providers = [{ provide: SecurityEventHandler, useValue: {} }];
    expect(() =>
      GoogleAuthModule.forRootAsync({
        ...{ routes, providers },
        useFactory: () => requiredOptions(google, database),
      }),
    ).toThrow(/SecurityEventHandler has no effect/);
  });
});
