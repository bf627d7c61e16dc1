import { AuthError } from "./auth-error";
import { type AuthErrorCode, authErrorCodes } from "./auth-error-codes";

const codes = Object.keys(authErrorCodes) as AuthErrorCode[];

describe("authErrorCodes", () => {
  describe("when the table is read", () => {
    // Codes are a contract: changing a line here breaks clients.
    it("keeps the status of every code", () => {
      const statuses = Object.fromEntries(
        codes.map((code) => [code, authErrorCodes[code].status]),
      );
      expect(statuses).toMatchObject({
        invalid_request: 400,
        payload_too_large: 413,
        unsupported_media_type: 415,
        not_found: 404,
        method_not_allowed: 405,
        invalid_token: 401,
        token_expired: 401,
        unauthenticated: 401,
        hosted_domain_not_allowed: 403,
        email_not_verified: 403,
        sign_up_not_allowed: 403,
        account_disabled: 403,
        service_account_not_allowed: 403,
        insufficient_role: 403,
        identity_provider_unavailable: 503,
        service_unavailable: 503,
        internal_error: 500,
      });
    });

    it.each(codes)(
      "names %s in snake_case and gives it an error status",
      (code) => {
        expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
        const { status } = authErrorCodes[code];
        expect(Number.isInteger(status) && status >= 400 && status < 600).toBe(
          true,
        );
      },
    );

    it.each(codes)("has a title for %s", (code) => {
      const { title, detail } = authErrorCodes[code];
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      expect(detail).toMatch(/^[A-Z].*\.$/);
    });

    it("has a unique title per code", () => {
      const titles = codes.map((code) => authErrorCodes[code].title);
      expect(new Set(titles).size).toBe(codes.length);
    });
  });
});

describe("AuthError", () => {
  describe("when it has only a code", () => {
    it("has the code as its message", () => {
      const error = new AuthError("invalid_token");
      expect(error).toBeInstanceOf(Error);
      expect(error.name).toBe("AuthError");
      expect(error.message).toBe("invalid_token");
      expect(error.status).toBe(401);
      expect("cause" in error).toBe(false);
      expect(error).toMatchObject({
        reason: undefined,
        errors: undefined,
        retryAfterSeconds: undefined,
      });
    });
  });

  describe("when details are given", () => {
    it("keeps all of them, including the cause", () => {
      const cause = new Error("ECONNREFUSED");
      const errors = [{ field: "idToken", message: "must be a string" }];
      const error = new AuthError("service_unavailable", {
        reason: "database_unavailable",
        errors,
        retryAfterSeconds: 5,
        cause,
      });
      expect(error.message).toBe("service_unavailable: database_unavailable");
      expect(error.code).toBe("service_unavailable");
      expect(error.status).toBe(503);
      expect(error.reason).toBe("database_unavailable");
      expect(error.errors).toBe(errors);
      expect(error.retryAfterSeconds).toBe(5);
      expect(error.cause).toBe(cause);
    });

    it.each([null, 0, "", false])("keeps the cause %j", (cause) => {
      expect(new AuthError("internal_error", { cause }).cause).toBe(cause);
    });
  });

  describe.each(codes)("when the code is %s", (code) => {
    it("has the status of the table", () => {
      expect(new AuthError(code).status).toBe(authErrorCodes[code].status);
    });
  });
});
