import {
  type GoogleAccount,
  newAccount,
} from "../../src/testing/google/accounts";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import type { TestDatabase } from "../../src/testing/test-database";
import { TestService } from "../../src/testing/test-service";
import { linesOf } from "./audit-lines";
import { call, type Person, person } from "./calls";
import { FaultyApi } from "./faulty-api";
import { FrozenClock } from "../../src/testing/frozen-clock";

export const identitiesPath = "/users/me/identities";

interface Item {
  readonly id: string;
  readonly email: string | null;
}

/**
 * A service whose users link accounts of Google and of the provider `partner`.
 */
export class Linking {
  private constructor(
    readonly google: GoogleEmulator,
    readonly api: FaultyApi,
    readonly clock: FrozenClock,
    readonly service: TestService,
  ) {}

  static async start(): Promise<Linking> {
    const google = await GoogleEmulator.start();
    const api = await FaultyApi.start();
    const clock = new FrozenClock();
    const service = await startService(google, api, clock);
    return new Linking(google, api, clock, service);
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.api.stop();
    await this.google.stop();
  }

  /** Another service with the same providers and clock. */
  another(
    env: Readonly<Record<string, string>>,
    database?: TestDatabase,
  ): Promise<TestService> {
    return startService(this.google, this.api, this.clock, env, database);
  }

  /** Signs a new account in. */
  person(account = newAccount(), by = this.service): Promise<Person> {
    return person(by, this.google, account);
  }

  async itemsOf(who: Person): Promise<Item[]> {
    const { accessToken } = who;
    const answer = await call(this.service, "GET", identitiesPath, accessToken);
    return answer.body.items as Item[];
  }

  async idsOf(who: Person): Promise<string[]> {
    return (await this.itemsOf(who)).map(({ id }) => id);
  }

  link({ accessToken }: Person, body: object, by = this.service) {
    return call(by, "POST", identitiesPath, accessToken, body);
  }

  async linkAccount(who: Person, account: GoogleAccount, by = this.service) {
    const idToken = await this.google.idToken({ account });
    return this.link(who, { idToken }, by);
  }

  unlink({ accessToken }: Person, id: unknown) {
    const path = `${identitiesPath}/${String(id)}`;
    return call(this.service, "DELETE", path, accessToken);
  }

  /** The audit lines about the user's links. */
  async linesOf({ id }: Person) {
    const lines = await linesOf(this.service, id);
    return lines.filter(({ event }) => event.startsWith("identity_"));
  }
}

function startService(
  google: GoogleEmulator,
  api: FaultyApi,
  clock: FrozenClock,
  env: Readonly<Record<string, string>> = {},
  database?: TestDatabase,
): Promise<TestService> {
  const providers = [{ name: "partner", url: api.url, clientId: "app" }];
  return TestService.start(google, {
    database,
    providers: [clock.provider],
    env: { VERIFY_TOKEN_PROVIDERS: JSON.stringify(providers), ...env },
  });
}
