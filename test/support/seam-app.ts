import type { Provider } from "@nestjs/common";
import type { GoogleAuthModuleOptions } from "../../src/index";
import { newAccount } from "../../src/testing/google/accounts";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import { TestDatabase } from "../../src/testing/test-database";
import { call, type Person, person, refusal } from "./calls";
import { GuestApp } from "./guest-app";
import { postJson } from "./requests";
import { deliver, eventUri } from "./security-events";

/** An application with replaced seams, and its users' requests. */
export class SeamApp {
  private constructor(
    readonly google: GoogleEmulator,
    readonly database: TestDatabase,
    readonly guest: GuestApp,
    private readonly ownsDatabase: boolean,
  ) {}

  /**
   * @param providers the entries of `providers`
   * @param database of another application, for a second instance; by default a
   * new one
   */
  static async start(
    google: GoogleEmulator,
    providers: readonly Provider[],
    options: Partial<GoogleAuthModuleOptions> = {},
    database?: TestDatabase,
  ): Promise<SeamApp> {
    const own = database ?? (await TestDatabase.create());
    try {
      const guest = await GuestApp.start(google, own, {
        options: { ...options, providers },
      });
      return new SeamApp(google, own, guest, database === undefined);
    } catch (error) {
      if (!database) await own.destroy();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.guest[Symbol.asyncDispose]();
    if (this.ownsDatabase) await this.database.destroy();
  }

  /** The Nest application, for assertions. */
  get app() {
    return this.guest.app;
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.guest.fetch(path, init);
  }

  /** The instance of a replacement that Nest created. */
  replacement<Replacement>(token: string | symbol | object): Replacement {
    return this.app.get<Replacement>(token as symbol, { strict: false });
  }

  signIn(account = newAccount(), body: object = {}): Promise<Person> {
    return person(this, this.google, account, body);
  }

  me({ accessToken }: Person) {
    return call(this, "GET", "/users/me", accessToken);
  }

  post(path: string, { accessToken }: Person) {
    return call(this, "POST", path, accessToken);
  }

  refresh({ refreshToken }: Person) {
    return postJson(this, "/auth/refresh", { refreshToken });
  }

  async link({ accessToken }: Person, idToken: string) {
    const path = "/users/me/identities";
    return call(this, "POST", path, accessToken, { idToken });
  }

  /** Delivers an event from Google about a user. */
  async tell(name: string, { account }: Person, event = {}): Promise<void> {
    const order = { eventType: eventUri(name), account, event };
    const token = await this.google.securityEventToken(order);
    expect((await deliver(this, token)).status).toBe(202);
  }

  async expectSignedOut(who: Person): Promise<void> {
    expect(refusal(await this.me(who))).toEqual([401, "unauthenticated"]);
    expect(refusal(await this.refresh(who))).toEqual([401, "session_revoked"]);
  }

  /** Ends a session in every way and expects that it is refused. */
  async expectEverythingEnds(): Promise<void> {
    const account = newAccount();
    const first = await this.signIn(account);
    const second = await this.signIn(account);
    expect(second.id).toBe(first.id);
    expect((await this.post("/auth/logout", first)).status).toBe(204);
    await this.expectSignedOut(first);
    expect((await this.me(second)).status).toBe(200);
    expect((await this.post("/auth/logout-all", second)).status).toBe(204);
    await this.expectSignedOut(second);
    const third = await this.signIn(account);
    expect((await this.me(third)).status).toBe(200);
    await this.tell("sessions-revoked", third);
    await this.expectSignedOut(third);
  }
}
