import { Injectable, Logger, Module } from "@nestjs/common";
import {
  AuthError,
  IdentityVerifier,
  type VerifiedIdentity,
} from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { call, person, refusal } from "./support/calls";
import { GuestApp } from "./support/guest-app";
import { postJson } from "./support/requests";
import { testIdentity } from "./support/test-identity";

/** The partner's users by token. */
@Injectable()
class PartnerBook {
  private readonly subjects = new Map<string, string>();

  enter(token: string, subject: string): void {
    this.subjects.set(token, subject);
  }

  subjectOf(token: string): string | undefined {
    return this.subjects.get(token);
  }
}

@Module({ providers: [PartnerBook], exports: [PartnerBook] })
class PartnerModule {}

@Injectable()
class PartnerVerifier extends IdentityVerifier {
  constructor(private readonly book: PartnerBook) {
    super();
  }

  override verify(token: string): Promise<VerifiedIdentity> {
    const subject = this.book.subjectOf(token);
    return subject === undefined
      ? Promise.reject(new AuthError("invalid_token", { reason: "unknown" }))
      : Promise.resolve(testIdentity(token, subject));
  }
}

describe("identityProviders: a class with an injected dependency", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let app: GuestApp;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    app = await GuestApp.start(google, database, {
      options: {
        imports: [PartnerModule],
        identityProviders: { partner: PartnerVerifier },
      },
    });
    const book = app.app.get(PartnerBook);
    book.enter("token-of-pia", "pia");
    book.enter("token-of-max", "max");
  });

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await database.destroy();
    await google.stop();
  });

  it("signs in", async () => {
    const idToken = "token-of-pia";
    const first = await postJson(app, "/auth/partner", { idToken });
    expect([first.status, first.body.isNewUser]).toEqual([200, true]);
    const again = await postJson(app, "/auth/partner", { idToken });
    expect([again.status, again.body.isNewUser]).toEqual([200, false]);
    const token = String(again.body.accessToken);
    expect((await call(app, "GET", "/users/me", token)).status).toBe(200);
  });

  it("links, and the linked account signs the same user in", async () => {
    const who = await person(app, google, newAccount());
    const linked = await call(
      ...([app, "POST", "/users/me/identities", who.accessToken] as const),
      { provider: "partner", idToken: "token-of-max" },
    );
    expect(linked.status).toBe(200);
    const idToken = "token-of-max";
    const signedIn = await postJson(app, "/auth/partner", { idToken });
    expect(signedIn.body.user).toMatchObject({ id: who.id });
  });

  it("reauthenticates a user", async () => {
    const idToken = "token-of-pia";
    const { body } = await postJson(app, "/auth/partner", { idToken });
    const token = String(body.accessToken);
    const path = "/auth/reauthenticate";
    const own = { provider: "partner", idToken };
    const proved = await call(app, "POST", path, token, own);
    expect(proved.status).toBe(200);
    const other = { provider: "partner", idToken: "token-of-max" };
    const refused = await call(app, "POST", path, token, other);
    expect(refusal(refused)).toEqual([401, "invalid_token"]);
  });

  it("refuses unknown tokens, and is not used for Google's", async () => {
    const guess = await postJson(app, "/auth/partner", { idToken: "guess" });
    expect(refusal(guess)).toEqual([401, "invalid_token"]);
    const idToken = "token-of-pia";
    const elsewhere = await postJson(app, "/auth/google", { idToken });
    expect(refusal(elsewhere)).toEqual([401, "invalid_token"]);
    const nobody = await postJson(app, "/auth/stranger", { idToken });
    expect(nobody.status).toBe(404);
  });
});
