import { GoogleEmulator } from "../../src/testing/google/emulator";
import { TestDatabase } from "../../src/testing/test-database";
import { TestService } from "../../src/testing/test-service";
import { refusal } from "./calls";
import { answers, type Behaviour, FaultyApi } from "./faulty-api";
import { FrozenClock } from "../../src/testing/frozen-clock";
import { type Answer, postJson } from "./requests";
import { query } from "./rows";

/** The service's time limit for the API. */
export const timeoutMilliseconds = 1500;

/** A response that signs a user in, with some claims changed. */
export function good(claims: object = {}): Behaviour {
  return answers(200, {
    ...{ active: true, sub: "ada", email: "ada@corp.example" },
    ...{ email_verified: true, ...claims },
  });
}

/** A service, and a Verify Token API that verifies the tokens of `partner`. */
export class AskedApi {
  readonly clock = new FrozenClock();

  private constructor(
    readonly google: GoogleEmulator,
    readonly database: TestDatabase,
    public api: FaultyApi,
    public service: TestService,
  ) {}

  static async start(): Promise<AskedApi> {
    const google = await GoogleEmulator.start();
    const database = await TestDatabase.create();
    const api = await FaultyApi.start();
    const none = {} as TestService;
    const site = new AskedApi(google, database, api, none);
    site.service = await site.another();
    return site;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.api.stop();
    await this.database.destroy();
    await this.google.stop();
  }

  /** Replaces the API and the service, and empties the database. */
  async renew(): Promise<void> {
    await this.service.stop();
    await this.api.stop();
    this.api = await FaultyApi.start();
    this.service = await this.another();
    await query(this.service, "DELETE FROM google_auth.users");
  }

  /**
   * Another service that uses the API, with changes to its entry in
   * VERIFY_TOKEN_PROVIDERS.
   */
  another(changes: object = {}): Promise<TestService> {
    const provider = {
      ...{ name: "partner", url: this.api.url, clientId: "app-at-partner" },
      ...{ timeoutMilliseconds, ...changes },
    };
    return TestService.start(this.google, {
      database: this.database,
      providers: [this.clock.provider],
      env: {
        VERIFY_TOKEN_PROVIDERS: JSON.stringify([provider]),
        TRUSTED_PROXIES: "1",
      },
    });
  }

  /** @param ip the client's address, as a proxy in front of the service sends it */
  signIn(
    idToken = "opaque-token",
    by = this.service,
    ip?: string,
  ): Promise<Answer> {
    const headers: Record<string, string> =
      ip === undefined ? {} : { "x-forwarded-for": ip };
    return postJson(by, "/auth/partner", { idToken }, headers);
  }
}

export function expectUnavailable(answer: Answer, reason: string): void {
  expect([...refusal(answer), answer.body.reason]).toEqual([
    ...[503, "identity_provider_unavailable"],
    reason,
  ]);
  expect(answer.headers.get("retry-after")).toMatch(/^([1-9]|10)$/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
}
