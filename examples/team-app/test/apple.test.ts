import { generateKeyPair, type JWTPayload } from "jose";
import { TeamApp } from "./team-app";

describe("Sign in with Apple", () => {
  let app: TeamApp;

  beforeAll(async () => {
    app = await TeamApp.start();
  });

  afterAll(() => app.stop());

  const signIn = (idToken: string) =>
    app.call("POST", "/auth/apple", { body: { idToken } });
  const refusal = async (idToken: string) => {
    const { status, body } = await signIn(idToken);
    return [status, body.code];
  };

  it("signs the invited user in, again as the same", async () => {
    const email = "grace@privaterelay.appleid.com";
    await app.invite(email);
    const first = await signIn(await app.apple.token());
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      isNewUser: true,
      user: { email, emailVerified: true, emailAuthority: "verified" },
    });
    // Apple omits the address in later tokens if the app does not ask for it.
    const again = await signIn(await app.apple.token({ email_verified: true }));
    expect(again.body.user.id).toBe(first.body.user.id);
  });

  it.each([
    ["for another app", { aud: "com.example.other" }, "invalid_token"],
    ["of another issuer", { iss: "https://apple.example" }, "invalid_token"],
    ["without a subject", { sub: undefined }, "invalid_token"],
    ["with an invalid subject", { sub: "a b" }, "invalid_token"],
    ["that has expired", { exp: 1_700_000_000 }, "token_expired"],
  ])("refuses a token %s", async (_what, changes, code) => {
    const token = await app.apple.token(changes as JWTPayload);
    expect(await refusal(token)).toEqual([401, code]);
  });

  it("refuses a token that Apple did not sign", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    const forged = await app.apple.token({}, privateKey);
    expect(await refusal(forged)).toEqual([401, "invalid_token"]);
    expect(await refusal("guess")).toEqual([401, "invalid_token"]);
    const google = await app.google.idToken();
    expect(await refusal(google)).toEqual([401, "invalid_token"]);
  });

  it("refuses an address that Apple has not verified", async () => {
    const token = await app.apple.token({ email_verified: "false" });
    expect(await refusal(token)).toEqual([403, "email_not_verified"]);
  });

  it("reports an outage of Apple as such", async () => {
    // An instance that has not fetched the keys yet.
    const url = await app.add();
    app.apple.isDown = true;
    const idToken = await app.apple.token();
    const { status, body } = await app.call("POST", "/auth/apple", {
      ...{ url, body: { idToken } },
    });
    app.apple.isDown = false;
    expect([status, body.code]).toEqual([503, "identity_provider_unavailable"]);
  });
});
