import {
  expectRefusal,
  goodClaims,
  identityWith,
  ios,
  now,
  refusalOf,
  rules,
  web,
} from "../../../test/support/good-claims";
import { identityFromClaims } from "./id-token.claims";

describe("identityFromClaims", () => {
  describe("when every claim is valid", () => {
    it("returns the whole identity", () => {
      expect(identityWith()).toEqual({
        issuer: "https://accounts.google.com",
        subject: "110169484474386276334",
        clientId: web,
        authorizedParty: ios,
        email: "Ada@corp.example",
        emailVerified: true,
        emailAuthority: "authoritative",
        hostedDomain: "corp.example",
        name: "Ada Lovelace",
        givenName: "Ada",
        familyName: "Lovelace",
        picture: "https://lh3.googleusercontent.com/a/ada=s96-c",
        locale: "en-GB",
        nonce: "n-1",
        issuedAt: now - 10,
        expiresAt: now + 3590,
      });
    });

    it("returns null for every optional claim", () => {
      const { iss, aud, sub, iat, exp } = goodClaims;
      const identity = identityFromClaims({ iss, aud, sub, iat, exp }, rules);
      expect(identity).toEqual({
        issuer: iss,
        subject: sub,
        clientId: web,
        authorizedParty: web,
        email: null,
        emailVerified: false,
        emailAuthority: "unverified",
        hostedDomain: null,
        name: null,
        givenName: null,
        familyName: null,
        picture: null,
        locale: null,
        nonce: null,
        issuedAt: iat,
        expiresAt: exp,
      });
    });

    it("ignores unknown claims", () => {
      const extra = { at_hash: 1, auth_time: "x", role: "admin", jti: null };
      expect(identityWith(extra)).toEqual(identityWith());
    });
  });

  describe("when the issuer is checked", () => {
    it("stores both of Google's spellings as the same issuer", () => {
      const { issuer } = identityWith({ iss: "accounts.google.com" });
      expect(issuer).toBe("https://accounts.google.com");
    });

    it.each([
      "https://accounts.google.com/",
      "http://accounts.google.com",
      "HTTPS://ACCOUNTS.GOOGLE.COM",
      "googleapis.com",
      "https://securetoken.google.com/project",
      "https://evil.example",
      "",
      ["https://accounts.google.com"],
      null,
      1,
      undefined,
    ])("refuses %j", (iss) => expectRefusal({ iss }, "wrong_issuer"));
  });

  describe("when the token is for another purpose", () => {
    it.each([{}, [], null, { "https://x.example": {} }])(
      "refuses a security event token with events %j",
      (events) => expectRefusal({ events }, "security_event_token"),
    );
  });

  describe("when the audience is checked", () => {
    it("accepts any of our clients", () => {
      expect(identityWith({ aud: ios }).clientId).toBe(ios);
    });

    it.each([
      "999-other.apps.googleusercontent.com",
      web.toUpperCase(),
      ` ${web}`,
      `${web},${ios}`,
      "",
      [web],
      { 0: web },
      null,
      1,
      undefined,
    ])("refuses %j", (aud) => expectRefusal({ aud }, "wrong_audience"));
  });

  describe("when the authorized party is checked", () => {
    it("defaults to the audience", () => {
      const { authorizedParty } = identityWith({ azp: undefined });
      expect(authorizedParty).toBe(web);
    });

    it.each([
      "999-other.apps.googleusercontent.com",
      // A service account's number, as set by the metadata server.
      "110169484474386276334",
      "",
      [web],
      // Would be one if converted to a string.
      ["robot@project.iam.gserviceaccount.com"],
      null,
      1,
    ])("refuses %j", (azp) => expectRefusal({ azp }, "wrong_authorized_party"));
  });

  describe("when the account is a service account", () => {
    it.each([
      { azp: "robot@project.iam.gserviceaccount.com" },
      { email: "robot@project.iam.gserviceaccount.com" },
      { email: "1-compute@developer.gserviceaccount.com" },
      { email: "Robot@Project.IAM.GServiceAccount.COM" },
      { azp: "110", email: "robot@project.iam.gserviceaccount.com" },
    ])("refuses %j as a service account", (changes) => {
      const error = refusalOf(() => identityWith(changes));
      expect(error).toMatchObject({
        code: "service_account_not_allowed",
        reason: "service_account",
      });
    });

    it("accepts an address that only contains the domain", () => {
      const email = "a@iam.gserviceaccount.com.example";
      expect(identityWith({ email }).email).toBe(email);
    });
  });

  describe("when the subject is checked", () => {
    it.each(["1", "007", "1234567890123456789012345", "aB", "x".repeat(255)])(
      "keeps %s exactly",
      (sub) => expect(identityWith({ sub }).subject).toBe(sub),
    );

    it.each([
      ...["", "x".repeat(256), "a b", " 1", "1\n", "1\u0000", "é", "\ud800"],
      ...[110169484474386, 0, null, ["1"], { 0: "1" }, true, undefined],
    ])("refuses %j", (sub) => expectRefusal({ sub }, "subject_invalid"));
  });

  describe("when the nonce is checked", () => {
    it.each(["", "x".repeat(512)])("keeps a string unchanged", (nonce) => {
      expect(identityWith({ nonce }).nonce).toBe(nonce);
    });

    it.each([
      ...["x".repeat(513), "n\u0000", "n\n", "\ud800", "\u202en"],
      ...[["n-1"], null, 1, {}],
    ])("refuses %j", (nonce) => expectRefusal({ nonce }, "nonce_invalid"));
  });
});
