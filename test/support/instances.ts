import { setTimeout as delay } from "node:timers/promises";
import type { GoogleAccount } from "../../src/testing/google/accounts";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import { TestDatabase } from "../../src/testing/test-database";
import {
  TestService,
  type TestServiceOptions,
} from "../../src/testing/test-service";
import { call, type Person, person, refusal } from "./calls";
import { postJson } from "./requests";
import { query } from "./rows";

/** The time limit for a revocation on other instances, in milliseconds. */
const maxDelay = 1000;

/** One service as two instances, and a Google for both. */
export class Instances {
  private constructor(
    readonly google: GoogleEmulator,
    readonly database: TestDatabase,
    readonly one: TestService,
    readonly other: TestService,
    private readonly ownsDatabase: boolean,
  ) {}

  static async start(options: TestServiceOptions = {}): Promise<Instances> {
    const google = await GoogleEmulator.start();
    const database = options.database ?? (await TestDatabase.create());
    const [one, other] = [
      await TestService.start(google, { ...options, database }),
      await TestService.start(google, { ...options, database }),
    ];
    return new Instances(google, database, one, other, !options.database);
  }

  async stop(): Promise<void> {
    await this.one.stop();
    await this.other.stop();
    if (this.ownsDatabase) await this.database.destroy();
    await this.google.stop();
  }

  /** Signs an account in, by default a new one. */
  person(
    account?: GoogleAccount,
    body?: object,
    service = this.one,
  ): Promise<Person> {
    return person(service, this.google, account, body);
  }

  /** Signs a new account in, with these roles. */
  async personWithRoles(...roles: string[]): Promise<Person> {
    const { id, account } = await this.person();
    const text = "UPDATE google_auth.users SET roles = $2 WHERE id = $1";
    await query(this.one, text, [id, roles]);
    return this.person(account);
  }

  me({ accessToken }: Person, service = this.one) {
    return call(service, "GET", "/users/me", accessToken);
  }

  /**
   * Expects that the session is refused on the first instance at once, on the
   * other within a second, and permanently.
   */
  async expectSignedOut(who: Person): Promise<void> {
    const startedAt = Date.now();
    expect(refusal(await this.me(who))).toEqual([401, "unauthenticated"]);
    while ((await this.me(who, this.other)).body.reason !== "session_ended") {
      if (Date.now() - startedAt > maxDelay) throw new Error("too late");
      await delay(20);
    }
    const { refreshToken } = who;
    for (const service of [this.one, this.other]) {
      const answer = await postJson(service, "/auth/refresh", { refreshToken });
      expect(refusal(answer)).toEqual([401, "session_revoked"]);
    }
  }
}
