import { Inject, Injectable } from "@nestjs/common";
import { Credentials } from "../auth/sign-in/credentials";
import { type SignedIn, SignIn } from "../auth/sign-in/sign-in";
import { googleProviderName } from "../identity/identity-providers";
import type { SessionContext } from "../sessions/session-store.port";
import type { FormParameters } from "./form-parameters";
import { checkScopes } from "./grant-types";
import { OAUTH_OPTIONS, type OAuthOptions } from "./oauth.options";
import { OAuthError } from "./oauth-error";

const tokenType = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;

/** The issued token types. */
export const accessTokenType = tokenType("access_token");

/**
 * Exchanges a Google ID token for our tokens (RFC 8693): a sign-in like any
 * other.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8693
 */
@Injectable()
export class TokenExchangeGrant {
  constructor(
    private readonly credentials: Credentials,
    private readonly signIn: SignIn,
    @Inject(OAUTH_OPTIONS) private readonly options: OAuthOptions,
  ) {}

  /**
   * @throws OAuthError `invalid_request`, `invalid_target`, `invalid_scope`;
   *   the AuthErrors of verification and {@link SignIn}
   */
  async run(form: FormParameters, context: SessionContext): Promise<SignedIn> {
    const subjectToken = form.need("subject_token");
    this.checkTypes(form);
    this.checkTargets(form);
    checkScopes(form);
    const proved = await this.credentials.prove({
      provider: googleProviderName,
      token: subjectToken,
      caller: context,
      nonce: form.get("nonce"),
    });
    return this.signIn.run(proved, context);
  }

  private checkTypes(form: FormParameters): void {
    if (form.need("subject_token_type") !== tokenType("id_token")) {
      throw invalidRequest("The subject_token_type must be id_token.");
    }
    const requested = form.get("requested_token_type") ?? accessTokenType;
    if (requested !== accessTokenType) {
      throw invalidRequest("The requested_token_type must be access_token.");
    }
    if (form.get("actor_token") ?? form.get("actor_token_type")) {
      throw invalidRequest("Delegation is not supported; send no actor_token.");
    }
  }

  private checkTargets(form: FormParameters): void {
    const { audience } = this.options;
    const isOurs =
      form.all("audience").every((name) => name === audience) &&
      form.all("resource").every((url) => isSameUrl(url, audience));
    if (isOurs) return;
    throw new OAuthError(
      "invalid_target",
      "Tokens are only issued for ACCESS_TOKEN_AUDIENCE; omit audience and resource.",
    );
  }
}

/** Also with the trailing slash that URL parsers add to an origin. */
function isSameUrl(one: string, other: string): boolean {
  if (one === other) return true;
  if (!URL.canParse(one) || !URL.canParse(other)) return false;
  return new URL(one).href === new URL(other).href;
}

function invalidRequest(description: string): OAuthError {
  return new OAuthError("invalid_request", description, {
    reason: "token_type_not_supported",
  });
}
