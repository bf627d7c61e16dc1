import type { VerifiedIdentity } from "../../identity/verified-identity";
import type { AuthOptions } from "../auth.options";
import { type Admission, ConfiguredSignInPolicy } from "./sign-in-policy.port";

const ada: VerifiedIdentity = {
  issuer: "https://accounts.google.com",
  subject: "110169484474386276334",
  clientId: "123-web.apps.googleusercontent.com",
  authorizedParty: "123-web.apps.googleusercontent.com",
  email: "ada@corp.com",
  emailVerified: true,
  emailAuthority: "authoritative",
  hostedDomain: "corp.com",
  name: "Ada",
  givenName: "Ada",
  familyName: null,
  picture: null,
  locale: null,
  nonce: null,
  issuedAt: 1_763_700_000,
  expiresAt: 1_763_703_600,
  tokenDigest: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
};

const open: AuthOptions = {
  hostedDomains: [],
  requireVerifiedEmail: false,
  signUp: "open",
  allowedOrigins: [],
  refreshCookie: { isOn: false, sameSite: "strict", isSecure: true },
  oneTime: { nonce: "optional", idToken: "reusable" },
};

function admit(
  options: Partial<AuthOptions>,
  identity: Partial<VerifiedIdentity> = {},
) {
  const policy = new ConfiguredSignInPolicy({ ...open, ...options });
  return policy.admit({ ...ada, ...identity });
}

const admitted = { kind: "admitted", signUp: "open" };

describe("ConfiguredSignInPolicy", () => {
  describe("when no hosted domain is required", () => {
    it.each([null, "corp.com", "other.com"])("admits hd %j", (hostedDomain) => {
      expect(admit({}, { hostedDomain })).toEqual(admitted);
    });
  });

  describe("when hosted domains are required", () => {
    const hostedDomains = ["corp.com", "Other.EXAMPLE"];
    const refused = { kind: "refused", code: "hosted_domain_not_allowed" };

    it.each(["corp.com", "other.example"])("admits hd %s", (hostedDomain) => {
      expect(admit({ hostedDomains }, { hostedDomain })).toEqual(admitted);
    });

    it.each([
      ...["corp.co", "orp.com", "corp.com.evil.example", "evilcorp.com"],
      ...["sub.corp.com", "com", ".", "", "corp.com,other.example"],
    ])("refuses the similar hd %j", (hostedDomain) => {
      expect(admit({ hostedDomains }, { hostedDomain })).toEqual(refused);
    });

    it("refuses an address in the domain without hd", () => {
      const identity = { hostedDomain: null, email: "ada@corp.com" };
      expect(admit({ hostedDomains }, identity)).toEqual(refused);
    });

    it.each(["ada@gmail.com", "ada@evil.example", null])(
      "ignores the address %j if hd matches",
      (email) => expect(admit({ hostedDomains }, { email })).toEqual(admitted),
    );

    it("checks the domain before the verified address", () => {
      const options = { hostedDomains, requireVerifiedEmail: true };
      const identity = { hostedDomain: "evil.example", emailVerified: false };
      expect(admit(options, identity)).toEqual(refused);
    });
  });

  describe("when a verified address is required", () => {
    const options = { requireVerifiedEmail: true };

    it("admits a verified one", () => {
      expect(admit(options)).toEqual(admitted);
    });

    it.each(["ada@corp.com", null])("refuses an unverified %j", (email) => {
      const identity = { email, emailVerified: false };
      expect(admit(options, identity)).toEqual({
        kind: "refused",
        code: "email_not_verified",
      });
    });

    it("admits an unverified one if not required", () => {
      expect(admit({}, { email: null, emailVerified: false })).toEqual(
        admitted,
      );
    });
  });

  describe("when sign-up is closed", () => {
    it("admits, and returns that no new user may sign up", () => {
      expect(admit({ signUp: "closed" })).toEqual({
        kind: "admitted",
        signUp: "closed",
      });
    });
  });

  it("can be extended with a rule that waits, such as for a query", async () => {
    class InvitedOnly extends ConfiguredSignInPolicy {
      override async admit(identity: VerifiedIdentity): Promise<Admission> {
        const admission = await super.admit(identity);
        return admission.kind === "refused"
          ? admission
          : { kind: "admitted", signUp: "closed" };
      }
    }
    const policy = new InvitedOnly({ ...open, requireVerifiedEmail: true });
    expect(await policy.admit(ada)).toEqual({ ...admitted, signUp: "closed" });
    expect(await policy.admit({ ...ada, emailVerified: false })).toEqual({
      ...{ kind: "refused", code: "email_not_verified" },
    });
  });
});
