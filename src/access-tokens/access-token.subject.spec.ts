import { claimsOfSubject } from "./access-token.subject";

const subject = {
  userId: "019aa0b5-1c00-7000-8000-000000000001",
  sessionId: "019aa0b5-1c00-7000-8000-000000000002",
  clientId: "123-web.apps.googleusercontent.com",
  roles: ["editor"],
  authenticatedAt: new Date(1_763_700_000_999),
};
const jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

describe("claimsOfSubject", () => {
  describe("when only a user is given", () => {
    it("returns exactly the user's claims", () => {
      expect(claimsOfSubject(subject)).toEqual({
        sub: subject.userId,
        sid: subject.sessionId,
        auth_time: 1_763_700_000,
        client_id: subject.clientId,
        roles: ["editor"],
        scope: "user",
      });
    });
  });

  describe("when a scope is given", () => {
    it.each(["sign_up", "user notes:read https://x.example/s", "!#[]~"])(
      "accepts %j",
      (scope) => {
        expect(claimsOfSubject({ ...subject, scope }).scope).toBe(scope);
      },
    );

    it.each(["", " ", " user", "user ", "a  b", 'a"b', "a\\b", "a\nb", "ä"])(
      "refuses %j",
      (scope) => {
        expect(() => claimsOfSubject({ ...subject, scope })).toThrow(TypeError);
      },
    );
  });

  describe("when the token is bound to a key", () => {
    it("contains only the key's thumbprint", () => {
      const confirmation = { jkt, d: "not this" };
      const { cnf } = claimsOfSubject({ ...subject, confirmation });
      expect(cnf).toEqual({ jkt });
    });

    it.each(["", jkt.slice(1), `${jkt}A`, `${jkt}\n`, jkt.replace("-", "+")])(
      "refuses the thumbprint %j",
      (value) => {
        const confirmation = { jkt: value };
        expect(() => claimsOfSubject({ ...subject, confirmation })).toThrow(
          TypeError,
        );
      },
    );
  });

  describe("when the app adds claims", () => {
    it("adds them", () => {
      const claims = { tenant: "acme", plan: { seats: 3 }, "urn:x:y": null };
      expect(claimsOfSubject({ ...subject, claims })).toMatchObject(claims);
    });

    it.each([
      ...["iss", "aud", "sub", "sid", "jti", "iat", "exp", "nbf", "auth_time"],
      ...["client_id", "roles", "scope", "cnf"],
    ])("refuses an app's claim %s", (name) => {
      const claims = { tenant: "acme", [name]: "of theirs" };
      expect(() => claimsOfSubject({ ...subject, claims })).toThrow(
        `The claim ${name} is set by the service`,
      );
    });
  });
});
