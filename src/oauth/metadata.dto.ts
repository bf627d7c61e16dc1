import {
  ApiProperty,
  ApiPropertyOptional,
} from "../common/open-api.decorators";

/** RFC 8414 §2: only what is configured. */
export class AuthorizationServerMetadataDto {
  @ApiProperty({ format: "uri", example: "https://api.example.org" })
  readonly issuer!: string;

  @ApiProperty({ format: "uri" })
  readonly token_endpoint!: string;

  @ApiProperty({ format: "uri" })
  readonly jwks_uri!: string;

  @ApiProperty({
    type: [String],
    maxItems: 0,
    description: "Empty: there is no authorization endpoint",
  })
  readonly response_types_supported!: readonly string[];

  @ApiProperty({ type: [String] })
  readonly grant_types_supported!: readonly string[];

  @ApiProperty({ type: [String] })
  readonly scopes_supported!: readonly string[];

  @ApiProperty({ type: [String] })
  readonly token_endpoint_auth_methods_supported!: readonly string[];

  @ApiProperty({ format: "uri" })
  readonly revocation_endpoint!: string;

  @ApiProperty({ type: [String] })
  readonly revocation_endpoint_auth_methods_supported!: readonly string[];

  @ApiPropertyOptional({ format: "uri" })
  readonly introspection_endpoint?: string;

  @ApiPropertyOptional({ type: [String] })
  readonly introspection_endpoint_auth_methods_supported?: readonly string[];

  @ApiPropertyOptional({ type: [String], description: "RFC 9449 §5.1" })
  readonly dpop_signing_alg_values_supported?: readonly string[];
}
