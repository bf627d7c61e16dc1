import { AuthError } from "../common/auth-error";
import { type AuthErrorCode, authErrorCodes } from "../common/auth-error-codes";
import { OAuthError } from "./oauth-error";
import { oauthErrorForm } from "./oauth-error.form";

const codes = Object.keys(authErrorCodes) as AuthErrorCode[];

function told(error: AuthError, showReason = false) {
  const { status, body } = oauthErrorForm(error, showReason);
  return { status, ...(body as { error: string; error_description: string }) };
}

describe("oauthErrorForm", () => {
  it.each(codes)("describes %s with only allowed characters", (code) => {
    const { error, error_description } = told(new AuthError(code));
    expect(error).toMatch(/^[a-z_]+$/);
    expect(error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(error_description).toContain(`${code}: `);
  });

  it.each<[AuthErrorCode, number, string]>([
    ["invalid_request", 400, "invalid_request"],
    ["payload_too_large", 413, "invalid_request"],
    ["unsupported_media_type", 415, "invalid_request"],
    ["method_not_allowed", 405, "invalid_request"],
    ["invalid_token", 400, "invalid_request"],
    ["token_expired", 400, "invalid_request"],
    ["hosted_domain_not_allowed", 400, "invalid_request"],
    ["email_not_verified", 400, "invalid_request"],
    ["sign_up_not_allowed", 400, "invalid_request"],
    ["account_disabled", 400, "invalid_request"],
    ["service_account_not_allowed", 400, "invalid_request"],
    ["invalid_refresh_token", 400, "invalid_grant"],
    ["session_revoked", 400, "invalid_grant"],
    ["session_expired", 400, "invalid_grant"],
    ["invalid_dpop_proof", 400, "invalid_dpop_proof"],
    ["use_dpop_nonce", 400, "use_dpop_nonce"],
    ["origin_not_allowed", 403, "unauthorized_client"],
    ["rate_limited", 429, "temporarily_unavailable"],
    ["identity_provider_unavailable", 503, "temporarily_unavailable"],
    ["service_unavailable", 503, "temporarily_unavailable"],
    ["internal_error", 500, "server_error"],
  ])("maps %s to %i %s", (code, status, error) => {
    expect(told(new AuthError(code))).toMatchObject({ status, error });
  });

  it("names the invalid fields", () => {
    const errors = [{ field: "token", message: 'must not be "x"' }];
    expect(told(new AuthError("invalid_request", { errors }))).toMatchObject({
      error_description: "token: must not be 'x'",
    });
  });

  it("names the failed check only if requested", () => {
    const error = new AuthError("invalid_token", { reason: "wrong_audience" });
    expect(told(error).error_description).not.toContain("wrong_audience");
    expect(told(error, true).error_description).toContain("(wrong_audience)");
  });

  it("is 401 with a challenge if client authentication fails", () => {
    const error = new OAuthError("invalid_client", "No.", {
      challenge: "Basic",
    });
    expect(oauthErrorForm(error, true)).toEqual({
      status: 401,
      headers: {
        "Content-Type": "application/json; charset=utf-8",
        Pragma: "no-cache",
        "WWW-Authenticate": "Basic",
      },
      body: { error: "invalid_client", error_description: "No." },
    });
  });
});
