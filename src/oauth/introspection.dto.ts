import {
  ApiProperty,
  ApiPropertyOptional,
} from "../common/open-api.decorators";

/** What revocation and introspection take. */
export class TokenParameterDto {
  @ApiProperty()
  readonly token!: string;

  @ApiPropertyOptional({
    description: "Not needed, and allowed to be wrong",
    enum: ["access_token", "refresh_token"],
  })
  readonly token_type_hint?: string;
}

/** RFC 7662 §2.2; where `active` is false, there is nothing else. */
export class IntrospectionDto {
  @ApiProperty()
  readonly active!: boolean;

  @ApiPropertyOptional({ enum: ["Bearer", "DPoP"] })
  readonly token_type?: string;

  @ApiPropertyOptional({ description: "Separated by blanks" })
  readonly scope?: string;

  @ApiPropertyOptional({ description: "The Google client id of the sign-in" })
  readonly client_id?: string;

  @ApiPropertyOptional({ format: "uuid", description: "The user" })
  readonly sub?: string;

  @ApiPropertyOptional({ format: "uuid", description: "The session" })
  readonly sid?: string;

  @ApiPropertyOptional()
  readonly iss?: string;

  @ApiPropertyOptional()
  readonly aud?: string;

  @ApiPropertyOptional()
  readonly jti?: string;

  @ApiPropertyOptional({ description: "Seconds since 1970" })
  readonly iat?: number;

  @ApiPropertyOptional({ description: "Seconds since 1970" })
  readonly exp?: number;

  @ApiPropertyOptional({ type: [String] })
  readonly roles?: string[];

  @ApiPropertyOptional({
    type: "object",
    additionalProperties: true,
    description: "`jkt`: the thumbprint of the key that it is bound to",
  })
  readonly cnf?: object;
}
