import { Logger } from "@nestjs/common";
import { GoogleAuthModule } from "../src/index";
import { FrozenClock } from "../src/testing/frozen-clock";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { call, claimsOf, refusal } from "./support/calls";
import { requiredOptions } from "./support/guest-app";
import { query } from "./support/rows";
import { SeamApp } from "./support/seam-app";

/**
 * Guards against options that repeat a value. When the sessions had their own
 * option for the lifetime of access tokens, a revocation could be forgotten
 * before its token expired, and the token was accepted again.
 */
describe("a setting that several parts share", () => {
  let google: GoogleEmulator;
  let app: SeamApp;
  const clock = new FrozenClock();

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
    app = await SeamApp.start(google, [clock.provider], {
      accessTokens: { ttlSeconds: 3600 },
    });
  });

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await google.stop();
  });

  /** Google's clock is set to the application's, which is ahead. */
  const signIn = () => {
    google.skewClock(Math.floor((clock.now() - Date.now()) / 1000));
    return app.signIn();
  };

  it("a signed-out token is refused before and after its expiry", async () => {
    const who = await signIn();
    const lifetime =
      Number(claimsOf(who.accessToken).exp) -
      Number(claimsOf(who.accessToken).iat);
    expect(lifetime).toBe(3600);
    expect((await app.post("/auth/logout", who)).status).toBe(204);
    for (let age = 0; age <= lifetime + 120; age += 130) {
      const answer = await app.me(who);
      expect([age, ...refusal(answer)]).toEqual([age, 401, "unauthenticated"]);
      clock.advance(130);
    }
  });

  it("a revocation is kept longer than any token it covers", async () => {
    const who = await signIn();
    await app.post("/auth/logout-all", who);
    const [row] = await query<{ until: Date }>(
      app,
      `SELECT expires_at AS until FROM google_auth.revocations
       WHERE user_id = '${who.id}'`,
    );
    const expiresAt = Number(claimsOf(who.accessToken).exp);
    expect(row?.until.getTime()).toBeGreaterThanOrEqual(expiresAt * 1000);
  });

  it("tokens and metadata have the same issuer", async () => {
    const { accessToken } = await signIn();
    const { publicUrl } = requiredOptions(google, app.database);
    const { iss, aud } = claimsOf(accessToken);
    expect([iss, aud]).toEqual([publicUrl, publicUrl]);
    const path = "/.well-known/oauth-authorization-server";
    expect((await call(app, "GET", path)).body.issuer).toBe(publicUrl);
  });

  it.each([
    ["issuer", { issuer: "https://other.example" }],
    [
      "sessions.accessTokenTtlSeconds",
      { sessions: { accessTokenTtlSeconds: 1 } },
    ],
    ["sessions.secretKey", { sessions: { secretKey: "another secret" } }],
    ["accessTokens.issuer", { accessTokens: { issuer: "" } }],
    ["accessTokens.secretKey", { accessTokens: { secretKey: "another" } }],
    ["google.publicUrl", { google: { publicUrl: "https://other.example" } }],
  ])("%s cannot be given a second time", (name, again) => {
    // Callers in JavaScript have no type check.
    const options = Object.assign(
      requiredOptions(google, app.database),
      again as object,
    );
    expect(() => GoogleAuthModule.forRoot(options)).toThrow(
      `${name} is not an option`,
    );
  });

  it("an empty issuer is refused at the start", () => {
    const options = requiredOptions(google, app.database);
    expect(() =>
      GoogleAuthModule.forRoot({ ...options, publicUrl: "" }),
    ).toThrow(/publicUrl \(PUBLIC_URL\) must be/);
  });
});
