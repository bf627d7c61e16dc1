import { Logger } from "@nestjs/common";
import { GoogleAuthModule } from "../src/index";
import { FrozenClock } from "../src/testing/frozen-clock";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { call, claimsOf, refusal } from "./support/calls";
import { requiredOptions } from "./support/guest-app";
import { query } from "./support/rows";
import { SeamApp } from "./support/seam-app";

/**
 * Guards: what two parts have to agree on is asked for once. With a lifetime of
 * its own in the sessions' options, a revocation was forgotten before the access
 * token had expired, which was then accepted again.
 */
describe("a fact that several parts share", () => {
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

  /** Of an application whose clock is ahead, Google's is as well. */
  const signIn = () => {
    google.skewClock(Math.floor((clock.now() - Date.now()) / 1000));
    return app.signIn();
  };

  it("a signed-out token is refused until it would have expired, and for good", async () => {
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

  it("a revocation is kept for longer than any token that it is about", async () => {
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

  it("the issuer is one, in tokens and metadata", async () => {
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
    // Not everybody type-checks.
    const options = Object.assign(
      requiredOptions(google, app.database),
      again as object,
    );
    expect(() => GoogleAuthModule.forRoot(options)).toThrow(
      `${name} is not an option`,
    );
  });

  it("an empty issuer signs nothing, for it starts nothing", () => {
    const options = requiredOptions(google, app.database);
    expect(() =>
      GoogleAuthModule.forRoot({ ...options, publicUrl: "" }),
    ).toThrow(/publicUrl \(PUBLIC_URL\) must be/);
  });
});
