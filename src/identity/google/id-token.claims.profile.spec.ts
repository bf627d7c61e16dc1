import { AuthError } from "../../common/auth-error";
import { identityFromClaims } from "./id-token.claims";

const clientId = "123-web.apps.googleusercontent.com";
const goodClaims = {
  iss: "https://accounts.google.com",
  aud: clientId,
  sub: "110169484474386276334",
  email: "Ada@corp.example",
  email_verified: true,
  hd: "corp.example",
  iat: 1_763_700_000,
  exp: 1_763_703_600,
};

/** The identity of the valid claims with changes; undefined omits a claim. */
function identityWith(changes: object) {
  return identityFromClaims(
    { ...goodClaims, ...changes },
    {
      clientIds: new Set([clientId]),
      clockSkewSeconds: 0,
      nowSeconds: goodClaims.iat,
    },
  );
}

function expectRefusal(changes: object, reason: string): void {
  let refusal: unknown;
  try {
    identityWith(changes);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(AuthError);
  expect(refusal).toMatchObject({
    code: "invalid_token",
    // Compares the whole message, so it cannot contain a part of the token.
    message: `invalid_token: ${reason}`,
  });
}

describe("identityFromClaims", () => {
  describe("when the e-mail is read", () => {
    it.each([undefined, null])("is null for %j", (email) => {
      const identity = identityWith({ email });
      expect(identity).toMatchObject({ email: null, emailVerified: false });
      expect(identity.emailAuthority).toBe("unverified");
    });

    it.each([
      "A.b+tag@Corp.example",
      "ß@ｃorp.example",
      `${"a".repeat(307)}@corp.example`,
    ])("keeps %s unchanged", (email) =>
      expect(identityWith({ email }).email).toBe(email),
    );

    it.each([
      ...[
        "",
        "ada",
        "@corp.example",
        "ada@",
        "a@b@corp.example",
        "a b@c.example",
      ],
      ...["a@corp.example\n", "a\u0000@corp.example", "\ud800@corp.example"],
      ...["\u202ea@corp.example", `${"a".repeat(308)}@corp.example`],
      ...[["ada@corp.example"], { 0: "ada@corp.example" }, 1, true],
    ])("refuses %j", (email) => expectRefusal({ email }, "email_invalid"));

    it.each(["true", 1, "false", null, false, [true], undefined])(
      "does not treat email_verified %j as true",
      (email_verified) => {
        const identity = identityWith({ email_verified });
        expect(identity.emailVerified).toBe(false);
        expect(identity.emailAuthority).toBe("unverified");
      },
    );

    it("derives the authority from hd and the address", () => {
      const consumer = { hd: undefined, email: "ada@gmail.com" };
      const foreign = { hd: undefined };
      expect(identityWith(consumer).emailAuthority).toBe("authoritative");
      expect(identityWith(foreign).emailAuthority).toBe("verified");
    });
  });

  describe("when the hosted domain is read", () => {
    it("is converted to lower case", () => {
      expect(identityWith({ hd: "Corp.EXAMPLE" }).hostedDomain).toBe(
        "corp.example",
      );
    });

    it.each(["", "corp example", "corp.example\n", ["corp.example"], null, 1])(
      "refuses %j",
      (hd) => expectRefusal({ hd }, "hosted_domain_invalid"),
    );
  });

  describe("when strings are cleaned for storage", () => {
    it.each([
      ["x".repeat(10_000), "x".repeat(256)],
      ["A\u0000da", "Ada"],
      ["A\ud800d\udc00a", "Ada"],
      ["\u202eadA\u202c \u2066x\u2069", "adA x"],
      ["A\r\n\td\u001ba\u007f\u0085", "Ada"],
      ["  Ada  ", "Ada"],
      ["👩‍👩‍👧", "👩‍👩‍👧"],
      ["<script>alert(1)</script>", "<script>alert(1)</script>"],
      // Truncated between characters, never inside a surrogate pair.
      ["😀".repeat(300), "😀".repeat(256)],
      [`${"x".repeat(255)}😀😀`, `${"x".repeat(255)}😀`],
      [" \u0000\u202e ", null],
      ["", null],
      [["Ada"], null],
      [{ toString: "Ada" }, null],
      [1, null],
      [null, null],
    ])("changes the name %j to %j", (name, stored) => {
      expect(identityWith({ name }).name).toBe(stored);
    });

    it("keeps as much as fits after removing characters", () => {
      const name = `${"\u0000 ".repeat(1000)}${"\u202ea".repeat(300)}`;
      expect(identityWith({ name }).name).toBe("a".repeat(256));
    });

    it("also truncates the other names and the locale", () => {
      const long = "x".repeat(10_000);
      const identity = identityWith({
        given_name: long,
        family_name: long,
        locale: long,
      });
      expect(identity.givenName).toHaveLength(128);
      expect(identity.familyName).toHaveLength(128);
      expect(identity.locale).toHaveLength(35);
    });

    it.each([
      "HTTPS://lh3.example/a=s96-c?x=%20#y",
      "https://lh3.example/".padEnd(2048, "a"),
    ])("keeps the https picture %s as sent", (picture) => {
      expect(identityWith({ picture }).picture).toBe(picture);
    });

    it.each([
      ...["http://x.example/a.png", "javascript:alert(1)", "data:image/png,x"],
      ...[" https://x.example/a", "https:x", "https://x.example/a b"],
      ...["//x.example/a", "a.png", "https://", "https://x.example/\u0000"],
      ...["https://x.example/\ud800", "https://x.example/".padEnd(2049, "a")],
      ...["https://x.example:99999/", "https://[::1", "https://a%00b/"],
      ...[["https://x.example"], {}, null, 1, undefined],
    ])("drops the picture %j", (picture) => {
      expect(identityWith({ picture }).picture).toBeNull();
    });
  });
});
