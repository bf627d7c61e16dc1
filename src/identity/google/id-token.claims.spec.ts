import { AuthError } from "../../common/auth-error";
import { type ClaimRules, identityFromClaims } from "./id-token.claims";

const now = 1_763_700_000;
const web = "123-web.apps.googleusercontent.com";
const ios = "123-ios.apps.googleusercontent.com";
const rules: ClaimRules = {
  clientIds: new Set([web, ios]),
  clockSkewSeconds: 60,
  nowSeconds: now,
};
const goodClaims = {
  iss: "https://accounts.google.com",
  azp: ios,
  aud: web,
  sub: "110169484474386276334",
  email: "Ada@corp.example",
  email_verified: true,
  hd: "corp.example",
  name: "Ada Lovelace",
  given_name: "Ada",
  family_name: "Lovelace",
  picture: "https://lh3.googleusercontent.com/a/ada=s96-c",
  locale: "en-GB",
  nonce: "n-1",
  iat: now - 10,
  nbf: now - 310,
  exp: now + 3590,
  jti: "756e69717565206964656e746966696572",
};

/** The identity of the good claims with some changed; undefined leaves one out. */
function identityWith(changes: object = {}, atSeconds = now) {
  const claims: unknown = JSON.parse(
    JSON.stringify({ ...goodClaims, ...changes }),
  );
  return identityFromClaims(claims as Record<string, unknown>, {
    ...rules,
    nowSeconds: atSeconds,
  });
}

function refusalOf(act: () => unknown): AuthError {
  try {
    act();
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
  throw new Error("The claims were accepted");
}

function expectRefusal(changes: object, reason: string, atSeconds = now): void {
  const error = refusalOf(() => identityWith(changes, atSeconds));
  expect(error).toMatchObject({ code: "invalid_token", reason });
  expect(error.message).toBe(`invalid_token: ${reason}`);
}

describe("identityFromClaims", () => {
  describe("when every claim is good", () => {
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

    it("returns null for everything that a token need not have", () => {
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

    it("ignores claims it does not know", () => {
      const extra = { at_hash: 1, auth_time: "x", role: "admin", jti: null };
      expect(identityWith(extra)).toEqual(identityWith());
    });
  });

  describe("when the issuer is looked at", () => {
    it("stores both of Google's spellings as one", () => {
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

  describe("when the audience is looked at", () => {
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

  describe("when the authorized party is looked at", () => {
    it("takes the audience for it when the token has none", () => {
      const { authorizedParty } = identityWith({ azp: undefined });
      expect(authorizedParty).toBe(web);
    });

    it.each([
      "999-other.apps.googleusercontent.com",
      // A service account's own number, as the metadata server writes it.
      "110169484474386276334",
      "",
      [web],
      // Read as a text it would be one.
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
    ])("refuses %j and says so", (changes) => {
      const error = refusalOf(() => identityWith(changes));
      expect(error).toMatchObject({
        code: "service_account_not_allowed",
        reason: "service_account",
      });
    });

    it("is not fooled by an address that only contains the domain", () => {
      const email = "a@iam.gserviceaccount.com.example";
      expect(identityWith({ email }).email).toBe(email);
    });
  });

  describe("when the subject is looked at", () => {
    it.each(["1", "007", "1234567890123456789012345", "aB", "x".repeat(255)])(
      "keeps %s exactly",
      (sub) => expect(identityWith({ sub }).subject).toBe(sub),
    );

    it.each([
      ...["", "x".repeat(256), "a b", " 1", "1\n", "1\u0000", "é", "\ud800"],
      ...[110169484474386, 0, null, ["1"], { 0: "1" }, true, undefined],
    ])("refuses %j", (sub) => expectRefusal({ sub }, "subject_invalid"));
  });

  describe("when the nonce is looked at", () => {
    it.each(["", "x".repeat(512)])("keeps a text as sent", (nonce) => {
      expect(identityWith({ nonce }).nonce).toBe(nonce);
    });

    it.each([
      ...["x".repeat(513), "n\u0000", "n\n", "\ud800", "\u202en"],
      ...[["n-1"], null, 1, {}],
    ])("refuses %j", (nonce) => expectRefusal({ nonce }, "nonce_invalid"));
  });

  describe("when the times are looked at", () => {
    const notTimes = [
      ...["1763700000", 1763700000.5, [now], true, null, {}, "NaN", 0, -1],
      ...[Number.MAX_SAFE_INTEGER + 1],
    ];

    it.each([...notTimes, undefined])("refuses iat %j", (iat) =>
      expectRefusal({ iat }, "issued_at_invalid"),
    );
    it.each([...notTimes, undefined])("refuses exp %j", (exp) =>
      expectRefusal({ exp }, "expiry_invalid"),
    );
    it.each(notTimes)("refuses nbf %j", (nbf) =>
      expectRefusal({ nbf }, "not_before_invalid"),
    );

    it.each([NaN, Infinity, -Infinity])("refuses %d as a number", (time) => {
      const claims = { ...goodClaims, exp: time };
      const error = refusalOf(() => identityFromClaims(claims, rules));
      expect(error.reason).toBe("expiry_invalid");
    });

    it("refuses an expiry in milliseconds", () => {
      expectRefusal({ exp: (now + 3590) * 1000 }, "lifetime_too_long");
    });

    it("accepts an nbf long past", () => {
      expect(identityWith({ nbf: 161803398 }).subject).toBe(goodClaims.sub);
    });

    it("accepts iat up to the skew ahead and not a second more", () => {
      const [iat, exp] = [now + 60, now + 3660];
      expect(identityWith({ iat, exp }).issuedAt).toBe(iat);
      expectRefusal({ iat: iat + 1, exp }, "issued_in_future");
    });

    it("accepts nbf up to the skew ahead and not a second more", () => {
      expect(identityWith({ nbf: now + 60 }).issuedAt).toBe(now - 10);
      expectRefusal({ nbf: now + 61 }, "not_yet_valid");
    });

    it("accepts the token until the skew after exp and not a second more", () => {
      const { exp } = goodClaims;
      expect(identityWith({}, exp + 59).subject).toBe(goodClaims.sub);
      const error = refusalOf(() => identityWith({}, exp + 60));
      expect(error).toMatchObject({ code: "token_expired", reason: "expired" });
    });

    it.failing(
      "says that a token has expired only if nothing else is wrong",
      () => {
        expectRefusal(
          { hd: "corp example" },
          "hosted_domain_invalid",
          now + 7200,
        );
      },
    );

    it("ends the token at exp exactly when no skew is allowed", () => {
      const exact = { ...rules, clockSkewSeconds: 0 };
      const at = (nowSeconds: number) => () =>
        identityFromClaims(goodClaims, { ...exact, nowSeconds });
      expect(at(goodClaims.exp - 1)().subject).toBe(goodClaims.sub);
      expect(refusalOf(at(goodClaims.exp)).code).toBe("token_expired");
      expect(refusalOf(at(goodClaims.iat - 1)).reason).toBe("issued_in_future");
    });

    it("accepts a life of two hours and not a second more", () => {
      const { iat } = goodClaims;
      expect(identityWith({ exp: iat + 7200 }).issuedAt).toBe(iat);
      expectRefusal({ exp: iat + 7201 }, "lifetime_too_long");
    });

    it("refuses a life of nothing or less", () => {
      const { iat } = goodClaims;
      expectRefusal({ exp: iat }, "expiry_invalid");
      expectRefusal({ exp: iat - 1 }, "expiry_invalid");
    });
  });
});
