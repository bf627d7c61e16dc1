import { EventEmitter, once } from "node:events";
import { Logger } from "@nestjs/common";
import {
  AuthError,
  type CallOrigin,
  NoSignInHooks,
  type Session,
  type SessionEnd,
  SignInHooks,
  type SignUpDecision,
  type Transaction,
  type User,
  type VerifiedIdentity,
} from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { call, claimsOf, person, refusal } from "./support/calls";
import { GuestApp } from "./support/guest-app";
import { query, rowCounts } from "./support/rows";

const nobody = { users: 0, identities: 0, sessions: 0 };
const noInvitation = {
  ...{ code: "invitation_required", status: 403 },
  title: "Invitation required",
  detail: "Ask a member to invite you.",
};

/** An application's hooks; each test sets what they do. */
class Onboarding extends SignInHooks {
  before: (
    identity: VerifiedIdentity,
    call: CallOrigin,
    transaction: Transaction,
  ) => SignUpDecision | void | Promise<SignUpDecision | void> = () => undefined;
  signedUp: () => void | Promise<void> = () => undefined;
  signedIn: (user: User, session: Session) => void | Promise<void> = () =>
    undefined;
  readonly ends = new EventEmitter();

  override beforeSignUp(
    ...parameters: Parameters<NonNullable<SignInHooks["beforeSignUp"]>>
  ) {
    return this.before(...parameters);
  }

  override async afterSignUp({ id, roles }: User, transaction: Transaction) {
    await transaction.query(
      "INSERT INTO onboarding (user_id, roles) VALUES ($1, $2)",
      [id, roles],
    );
    await this.signedUp();
  }

  override afterSignIn(user: User, session: Session) {
    return this.signedIn(user, session);
  }

  override onSessionEnd(end: SessionEnd): void {
    this.ends.emit("end", end);
    throw new Error("a bug of the hook's");
  }
}

describe("SignInHooks", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let app: GuestApp;
  let hooks: Onboarding;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
  });

  beforeEach(async () => {
    database = await TestDatabase.create();
    hooks = new Onboarding();
    app = await startWith({ provide: SignInHooks, useValue: hooks });
    await query(
      app,
      `CREATE TABLE public.onboarding (user_id uuid PRIMARY KEY
        REFERENCES google_auth.users, roles text[] NOT NULL)`,
    );
  });

  afterEach(async () => {
    await app[Symbol.asyncDispose]();
    await database.destroy();
  });

  afterAll(() => google.stop());

  const startWith = (provider: { provide: unknown; useValue: unknown }) =>
    GuestApp.start(google, database, {
      options: { providers: [provider as never] },
    });
  const signIn = (account = newAccount(), body = {}) =>
    person(app, google, account, body);
  const onboarded = async () => {
    const text = 'SELECT user_id AS "userId", roles FROM public.onboarding';
    return query<{ userId: string; roles: string[] }>(app, text);
  };

  it("write an application's row in the same transaction as the user", async () => {
    const who = await signIn();
    expect(who.body.isNewUser).toBe(true);
    await signIn(who.account);
    expect(await onboarded()).toEqual([{ userId: who.id, roles: [] }]);
  });

  it("set roles and a profile, which override the client's", async () => {
    hooks.before = ({ email }) => ({
      ...{ kind: "accepted", roles: ["beta"] },
      profile: { plan: "free", source: email },
    });
    const profile = { plan: "enterprise", color: "red" };
    const who = await signIn(newAccount(), { profile });
    expect(who.user).toMatchObject({
      roles: ["beta"],
      profile: { plan: "free", color: "red", source: who.account.email },
    });
    expect(claimsOf(who.accessToken).roles).toEqual(["beta"]);
    expect(await onboarded()).toEqual([{ userId: who.id, roles: ["beta"] }]);
  });

  it("receive the request's data, and a transaction that reads uncommitted rows", async () => {
    const seen: unknown[] = [];
    hooks.before = async ({ subject }, { ip }, transaction) => {
      const rows = await transaction.query("SELECT FROM google_auth.users", []);
      seen.push(subject, ip, rows.length);
    };
    const { account } = await signIn();
    expect(seen).toEqual([account.sub, "127.0.0.1", 0]);
  });

  it("can refuse with the app's own code, and nothing is written", async () => {
    hooks.before = async (_identity, _call, transaction) => {
      await transaction.query("CREATE TABLE public.leftover (id int)", []);
      return { kind: "refused", code: noInvitation };
    };
    const refused = await signIn();
    expect(refusal(refused)).toEqual([403, "invitation_required"]);
    expect(refused.body).toMatchObject({ title: noInvitation.title });
    expect(await rowCounts(app)).toEqual(nobody);
    const left = "SELECT to_regclass('public.leftover') AS left";
    expect(await query(app, left)).toEqual([{ left: null }]);
    hooks.before = () => ({ kind: "refused", code: "sign_up_not_allowed" });
    expect(refusal(await signIn())).toEqual([403, "sign_up_not_allowed"]);
  });

  it("refuse a sign-up by throwing, and the user is rolled back", async () => {
    const account = newAccount();
    hooks.signedUp = () => {
      throw new AuthError("service_unavailable", { retryAfterSeconds: 7 });
    };
    const refused = await signIn(account);
    expect(refusal(refused)).toEqual([503, "service_unavailable"]);
    expect(refused.headers.get("retry-after")).toBe("7");
    hooks.signedUp = () => Promise.reject(new TypeError("a bug"));
    expect(refusal(await signIn(account))).toEqual([500, "internal_error"]);
    expect(await rowCounts(app)).toEqual(nobody);
    expect(await onboarded()).toEqual([]);
    hooks.signedUp = () => undefined;
    const who = await signIn(account);
    expect([who.status, who.body.isNewUser]).toEqual([200, true]);
  });

  it("write one user and one row for many concurrent first sign-ins", async () => {
    const account = newAccount();
    const people = await Promise.all(
      Array.from({ length: 20 }, () => signIn(account)),
    );
    expect(people.map(({ status }) => status)).toEqual(people.map(() => 200));
    const first = people.filter(({ body }) => body.isNewUser);
    expect(first).toHaveLength(1);
    expect(await rowCounts(app)).toEqual({
      ...{ users: 1, identities: 1, sessions: 20 },
    });
    expect(await onboarded()).toHaveLength(1);
  });

  it("may fail after a sign-in: the user stays signed in", async () => {
    const failures = [
      () => {
        throw new Error("a bug");
      },
      () => Promise.reject(new AuthError("account_disabled")),
    ];
    for (const fail of failures) {
      hooks.signedIn = fail;
      const { status, accessToken } = await signIn();
      expect(status).toBe(200);
      const me = await call(app, "GET", "/users/me", accessToken);
      expect(me.status).toBe(200);
    }
  });

  it("are notified of an ended session after the commit; what they throw has no effect", async () => {
    const { id: userId, sessionId, accessToken } = await signIn();
    const heard = once(hooks.ends, "end");
    const left = await call(app, "POST", "/auth/logout", accessToken);
    expect(left.status).toBe(204);
    expect(await heard).toEqual([{ userId, sessionId, reason: "signed_out" }]);
  });

  it("are called even if they extend NoSignInHooks", async () => {
    class Vetoing extends NoSignInHooks {
      override beforeSignUp(): SignUpDecision {
        return { kind: "refused", code: noInvitation };
      }
    }
    const useValue = new Vetoing();
    await using other = await startWith({ provide: SignInHooks, useValue });
    const refused = await person(other, google);
    expect(refusal(refused)).toEqual([403, "invitation_required"]);
  });
});
