import { userScope } from "../../access-tokens/access-token.subject";
import {
  ApiProperty,
  ApiPropertyOptional,
} from "../../common/open-api.decorators";
import { dpopAlgorithms } from "../../dpop/dpop-key";
import type { DpopProofs } from "../../dpop/dpop-proofs";

/** The route of {@link ProtectedResourceMetadataDto}. */
export const protectedResourcePath = "/.well-known/oauth-protected-resource";

/**
 * Tells OAuth clients who issues the access tokens for an API, and how to send
 * them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9728#section-2
 */
export class ProtectedResourceMetadataDto {
  @ApiProperty({ format: "uri", example: "https://api.example.org" })
  readonly resource: string;

  @ApiProperty({ type: [String], description: "Who issues access tokens" })
  readonly authorization_servers: readonly string[];

  @ApiProperty({ type: [String] })
  readonly scopes_supported: readonly string[] = [userScope];

  @ApiProperty({ type: [String] })
  readonly bearer_methods_supported: readonly string[] = ["header"];

  @ApiPropertyOptional({ type: [String], description: "RFC 9449" })
  readonly dpop_signing_alg_values_supported?: readonly string[];

  @ApiPropertyOptional({ description: "Whether every token must be bound" })
  readonly dpop_bound_access_tokens_required?: boolean;

  /**
   * @param resource where clients reach the API
   * @param issuer of its access tokens
   */
  constructor(resource: string, issuer: string, dpop: DpopProofs) {
    this.resource = resource;
    this.authorization_servers = [issuer];
    if (!dpop.isOn) return;
    this.dpop_signing_alg_values_supported = dpopAlgorithms;
    this.dpop_bound_access_tokens_required = dpop.isRequired;
  }
}
