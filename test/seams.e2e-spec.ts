import { generateKeyPairSync } from "node:crypto";
import { Logger, type Provider } from "@nestjs/common";
import { ThrottlerStorage } from "@nestjs/throttler";
import {
  AccessTokenClaims,
  AuditSink,
  type GoogleAuthModuleOptions,
  IdentityVerifier,
  PemSigningKeys,
  Revocations,
  SecurityEventHandler,
  SessionStore,
  SignInHooks,
  SignInPolicy,
  SignInStore,
  SigningKeys,
  SystemClock,
  UserDirectory,
} from "../src/index";
import { FrozenClock } from "../src/testing/frozen-clock";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { call, claimsOf, type Person, refusal } from "./support/calls";
import { companyProfile } from "./support/company-profile";
import { postJson } from "./support/requests";
import { query, rowCounts } from "./support/rows";
import { SeamApp } from "./support/seam-app";
import { MemoryRevocations } from "./support/stores/memory-revocations";
import {
  dayLongSessions,
  MemorySessionStore,
} from "./support/stores/memory-session-store";
import { MemoryUserDirectory } from "./support/stores/memory-user-directory";
import {
  CombinedStore,
  CountingStorage,
  CredulousVerifier,
  GenerousDirectory,
  InvitedOnly,
  ListHooks,
  ListSink,
  NotingHandler,
  TenantClaims,
} from "./support/seam-replacements";

/**
 * Replaces each seam by one entry of `providers`, and checks a sign-in and a
 * sign-out or security event.
 */
describe("a seam that is replaced by one provider", () => {
  let google: GoogleEmulator;
  let app: SeamApp;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
  });

  afterEach(async () => {
    google.skewClock(0);
    await app[Symbol.asyncDispose]();
  });

  afterAll(() => google.stop());

  async function start(
    provider: Provider,
    options: Partial<GoogleAuthModuleOptions> = {},
  ): Promise<void> {
    app = await SeamApp.start(google, [provider], options);
  }

  const dead = [401, "unauthenticated"];

  it("Clock: tokens and sessions use it", async () => {
    const clock = new FrozenClock();
    await start(clock.provider);
    const who = await app.signIn();
    expect(claimsOf(who.accessToken).iat).toBe(clock.nowSeconds());
    clock.advance(100);
    await app.post("/auth/logout", who);
    const [row] = await query<{ at: Date }>(
      app,
      "SELECT revoked_at AS at FROM google_auth.sessions",
    );
    expect(row?.at.getTime()).toBe(clock.now());
    const other = await app.signIn();
    clock.advance(901);
    expect(refusal(await app.me(other))).toEqual(dead);
  });

  it("AuditSink: receives committed events", async () => {
    await start({ provide: AuditSink, useClass: ListSink });
    const { events } = app.replacement<ListSink>(AuditSink);
    expect(events.splice(0)).toEqual(["signing_key_rotated"]);
    const who = await app.signIn();
    await app.post("/auth/logout", who);
    await app.tell("account-credential-change-required", who);
    expect(events).toEqual(["sign_up", "session_ended", "security_event"]);
  });

  it("IdentityVerifier: verifies the tokens of sign-in and linking", async () => {
    await start({ provide: IdentityVerifier, useClass: CredulousVerifier });
    const account = newAccount();
    const idToken = `i am ${account.sub}`;
    const answer = await postJson(app, "/auth/google", { idToken });
    expect(answer.status).toBe(200);
    const who = { account, ...answer.body } as unknown as Person;
    const linked = await app.link(who, "i am another");
    expect(linked.status).toBe(200);
    await app.tell("sessions-revoked", who);
    expect(refusal(await app.me(who))).toEqual(dead);
  });

  it("ProfileSchema: decides when a sign-up is complete", async () => {
    await start(companyProfile);
    const who = await app.signIn();
    expect(who.body.profileComplete).toBe(false);
    expect(claimsOf(who.accessToken).scope).toBe("sign_up");
    const path = "/auth/sessions";
    const early = await call(app, "GET", path, who.accessToken);
    expect(refusal(early)).toEqual([403, "profile_incomplete"]);
    const profile = { company: "Analytical Engines" };
    const told = await app.signIn(newAccount(), { profile });
    expect(claimsOf(told.accessToken).scope).toBe("user");
    expect((await app.post("/auth/logout", who)).status).toBe(204);
    expect(refusal(await app.me(who))).toEqual(dead);
  });

  it("UserDirectory: stores the users, and security events reach them", async () => {
    await start({
      provide: UserDirectory,
      useValue: new MemoryUserDirectory(new SystemClock()),
    });
    const who = await app.signIn();
    expect((await app.me(who)).body.id).toBe(who.id);
    expect(await rowCounts(app)).toMatchObject({ users: 0, identities: 0 });
    await app.expectEverythingEnds();
    await app.tell("account-disabled", who, { reason: "hijacking" });
    await app.expectSignedOut(who);
    expect(refusal(await app.signIn(who.account))).toEqual([
      ...[403, "account_disabled"],
    ]);
    google.skewClock(5);
    await app.tell("account-enabled", who);
    expect((await app.signIn(who.account)).id).toBe(who.id);
  });

  it("UserDirectory: a subclass that overrides one method is used", async () => {
    await start({ provide: UserDirectory, useClass: GenerousDirectory });
    const who = await app.signIn();
    expect(who.user.roles).toEqual(["guest"]);
    expect(claimsOf(who.accessToken).roles).toEqual(["guest"]);
    await app.expectEverythingEnds();
  });

  it("SessionStore: stores the sessions; ending one also revokes its access tokens", async () => {
    await start({
      provide: SessionStore,
      useValue: new MemorySessionStore(dayLongSessions, new SystemClock()),
    });
    const who = await app.signIn();
    expect(await rowCounts(app)).toMatchObject({ users: 1, sessions: 0 });
    const list = await call(app, "GET", "/auth/sessions", who.accessToken);
    expect(list.body).toMatchObject([{ id: who.sessionId, current: true }]);
    const { body } = await app.refresh(who);
    expect(claimsOf(String(body.accessToken)).sid).toBe(who.sessionId);
    await app.expectEverythingEnds();
  });

  it("Revocations: decides whether access tokens are revoked", async () => {
    await start({ provide: Revocations, useClass: MemoryRevocations });
    await app.expectEverythingEnds();
    const { revoked } = app.replacement<MemoryRevocations>(Revocations);
    expect(revoked.map((one) => Object.keys(one))).toEqual([
      ...[["sessionId"], ["userId", "before"], ["userId", "before"]],
    ]);
    const rows = await query(app, "SELECT FROM google_auth.revocations");
    expect(rows).toEqual([]);
  });

  it("SignInStore: signs in and refreshes", async () => {
    await start({ provide: SignInStore, useClass: CombinedStore });
    const { calls } = app.replacement<CombinedStore>(SignInStore);
    const who = await app.signIn();
    expect((await app.refresh(who)).status).toBe(200);
    expect(calls).toEqual(["signIn", "refresh"]);
    await app.expectEverythingEnds();
  });

  it("SigningKeys: sign the tokens, and are published in the JWKS", async () => {
    const signingKeyPem = generateKeyPairSync("ec", { namedCurve: "P-256" })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();
    const keys = new PemSigningKeys({ signingKeyPem });
    await start({ provide: SigningKeys, useValue: keys });
    const jwks = await call(app, "GET", "/.well-known/jwks.json");
    expect(jwks.body.keys).toEqual(keys.published());
    expect(await query(app, "SELECT FROM google_auth.signing_keys")).toEqual(
      [],
    );
    const { accessToken } = await app.signIn();
    const [header = ""] = accessToken.split(".");
    const { kid } = keys.current();
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({
      ...{ alg: "ES256", typ: "at+jwt", kid },
    });
    await app.expectEverythingEnds();
  });

  it("AccessTokenClaims: adds the app's claims to every token", async () => {
    await start({ provide: AccessTokenClaims, useClass: TenantClaims });
    const account = newAccount({ email: "ada@engines.example" });
    const who = await app.signIn(account, { device: "loom" });
    const mine = { tenant: "engines.example", device: "loom" };
    expect(claimsOf(who.accessToken)).toMatchObject({ ...mine, generation: 1 });
    const { body } = await app.refresh(who);
    expect(claimsOf(String(body.accessToken))).toMatchObject({
      ...{ ...mine, generation: 2 },
    });
    await app.expectEverythingEnds();
  });

  it("SignInHooks: are called once per sign-up, sign-in and ended session", async () => {
    await start({ provide: SignInHooks, useClass: ListHooks });
    const { calls, ends } = app.replacement<ListHooks>(SignInHooks);
    const who = await app.signIn();
    expect(calls).toEqual(["beforeSignUp", "afterSignUp", "afterSignIn"]);
    await app.signIn(who.account);
    expect(calls.slice(3)).toEqual(["afterSignIn"]);
    const { id: userId, sessionId } = who;
    await app.post("/auth/logout", who);
    await app.tell("sessions-revoked", who);
    expect(ends).toEqual([
      { userId, sessionId, reason: "signed_out" },
      { userId, sessionId: null, reason: "security_event" },
    ]);
  });

  it("SignInPolicy: refuses with the app's own code, including links", async () => {
    await start({ provide: SignInPolicy, useClass: InvitedOnly });
    const { invited } = app.replacement<InvitedOnly>(SignInPolicy);
    const account = newAccount();
    const refused = await app.signIn(account);
    expect(refusal(refused)).toEqual([403, "invitation_required"]);
    expect(refused.body.title).toBe("Invitation required");
    expect(await rowCounts(app)).toEqual({
      ...{ users: 0, identities: 0, sessions: 0 },
    });
    invited.add(account.email ?? "");
    const who = await app.signIn(account);
    const idToken = await google.idToken({ account: newAccount() });
    const link = await app.link(who, idToken);
    expect(refusal(link)).toEqual([403, "invitation_required"]);
    await app.post("/auth/logout", who);
    invited.clear();
    expect((await app.signIn(account)).body.code).toBe("invitation_required");
  });

  it("SecurityEventHandler: replaces the default", async () => {
    await start({ provide: SecurityEventHandler, useClass: NotingHandler });
    const { types } = app.replacement<NotingHandler>(SecurityEventHandler);
    const who = await app.signIn();
    await app.tell("account-disabled", who, { reason: "hijacking" });
    expect(types).toEqual(["account-disabled"]);
    expect((await app.me(who)).status).toBe(200);
    expect((await app.signIn(who.account)).status).toBe(200);
    expect((await app.post("/auth/logout", who)).status).toBe(204);
    await app.expectSignedOut(who);
  });

  it("ThrottlerStorage: the rate limits use it", async () => {
    const limits = { signIn: { count: 2, seconds: 60 } };
    const storage = new CountingStorage();
    await start({ provide: ThrottlerStorage, useValue: storage }, { limits });
    const who = await app.signIn();
    expect((await app.post("/auth/logout", who)).status).toBe(204);
    expect(Object.fromEntries(storage.hits)).toEqual({ signIn: 1, refresh: 1 });
    expect((await app.signIn()).status).toBe(200);
    const limited = await app.signIn();
    expect(refusal(limited)).toEqual([429, "rate_limited"]);
    expect(limited.headers.get("retry-after")).toBe("60");
  });
});
