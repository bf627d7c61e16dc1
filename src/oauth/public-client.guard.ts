import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
} from "@nestjs/common";
import type { HttpRequest } from "../common/http-request";
import { FormParameters } from "./form-parameters";
import { OAUTH_OPTIONS, type OAuthOptions } from "./oauth.options";
import { OAuthError } from "./oauth-error";

/**
 * Clients are public (RFC 6749 §2.1): no secret is required, and a secret that
 * is sent is refused, because it would not be checked. A `client_id` is
 * optional and must be known.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3
 */
@Injectable()
export class PublicClientGuard implements CanActivate {
  private readonly clientIds: ReadonlySet<string>;

  constructor(@Inject(OAUTH_OPTIONS) { clientIds }: OAuthOptions) {
    this.clientIds = new Set(clientIds);
  }

  /** @throws OAuthError `invalid_client`, `invalid_request` */
  canActivate(context: ExecutionContext): boolean {
    const { headers, body } = context.switchToHttp().getRequest<HttpRequest>();
    const form = new FormParameters(body);
    // RFC 6749 §5.2: the challenge names the scheme that the client tried.
    const triedBasic = /^basic(?: |$)/i.test(headers.authorization ?? "");
    if (
      triedBasic ||
      form.get("client_secret") !== undefined ||
      form.get("client_assertion") !== undefined
    ) {
      throw new OAuthError(
        "invalid_client",
        "Clients do not authenticate here; send at most a client_id.",
        {
          reason: "client_authentication",
          challenge: triedBasic ? 'Basic realm="oauth"' : undefined,
        },
      );
    }
    const clientId = form.get("client_id");
    if (clientId === undefined || this.clientIds.has(clientId)) return true;
    throw new OAuthError(
      "invalid_client",
      "The client_id is not one of GOOGLE_CLIENT_IDS.",
      { reason: "unknown_client" },
    );
  }
}
