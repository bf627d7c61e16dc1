import { hash, timingSafeEqual } from "node:crypto";
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
} from "@nestjs/common";
import type { HttpRequest } from "../common/http-request";
import { type BasicCredentials, basicCredentials } from "./basic-credentials";
import { OAUTH_OPTIONS, type OAuthOptions } from "./oauth.options";
import { OAuthError } from "./oauth-error";

const challenge = 'Basic realm="introspection", charset="UTF-8"';

/** Admits the services that may introspect tokens. */
@Injectable()
export class IntrospectionClientGuard implements CanActivate {
  private readonly digests: readonly Buffer[];

  constructor(@Inject(OAUTH_OPTIONS) options: OAuthOptions) {
    this.digests = options.introspectionClients.map(digestOf);
  }

  /** @throws OAuthError `invalid_client` */
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<HttpRequest>();
    const presented = basicCredentials(headers.authorization).map(digestOf);
    // Compares with all clients in constant time.
    const matches = presented.flatMap((digest) =>
      this.digests.filter((known) => timingSafeEqual(known, digest)),
    );
    if (matches.length > 0) return true;
    throw new OAuthError(
      "invalid_client",
      "Authenticate with HTTP Basic as one of INTROSPECTION_CLIENTS.",
      { code: "unauthenticated", reason: "invalid_client", challenge },
    );
  }
}

function digestOf({ id, secret }: BasicCredentials): Buffer {
  return hash("sha256", `${id}:${secret}`, "buffer");
}
