import {
  ApiProperty,
  ApiPropertyOptional,
} from "../common/open-api.decorators";
import type { TokensDto } from "../auth/sign-in/auth.dto";
import { grantTypes } from "./grant-types";

/** The parameters of the token endpoint; most depend on the grant. */
export class TokenRequestDto {
  @ApiProperty({ enum: Object.values(grantTypes) })
  readonly grant_type!: string;

  @ApiPropertyOptional({ description: "Token exchange: the Google ID token" })
  readonly subject_token?: string;

  @ApiPropertyOptional({
    enum: ["urn:ietf:params:oauth:token-type:id_token"],
  })
  readonly subject_token_type?: string;

  @ApiPropertyOptional({
    enum: ["urn:ietf:params:oauth:token-type:access_token"],
  })
  readonly requested_token_type?: string;

  @ApiPropertyOptional({
    description: "The nonce that the ID token must contain",
  })
  readonly nonce?: string;

  @ApiPropertyOptional({ description: "The audience of the access tokens" })
  readonly audience?: string;

  @ApiPropertyOptional({ description: "As audience" })
  readonly resource?: string;

  @ApiPropertyOptional({ description: "Refreshing: the refresh token" })
  readonly refresh_token?: string;

  @ApiPropertyOptional({ description: "`user`, or nothing" })
  readonly scope?: string;

  @ApiPropertyOptional({ description: "One of GOOGLE_CLIENT_IDS" })
  readonly client_id?: string;
}

/** RFC 6749 §5.1, RFC 8693 §2.2.1 */
export class TokenAnswerDto {
  @ApiProperty()
  readonly access_token: string;

  @ApiPropertyOptional({ description: "After a token exchange" })
  readonly issued_token_type?: string;

  @ApiProperty({ enum: ["Bearer", "DPoP"] })
  readonly token_type: string;

  @ApiProperty({ description: "Lifetime of the access token, in seconds" })
  readonly expires_in: number;

  @ApiPropertyOptional({ description: "Absent if it is in the cookie" })
  readonly refresh_token?: string;

  @ApiProperty()
  readonly scope: string;

  constructor(tokens: TokensDto, scope: string, issuedTokenType?: string) {
    this.access_token = tokens.accessToken;
    this.issued_token_type = issuedTokenType;
    this.token_type = tokens.tokenType;
    this.expires_in = tokens.expiresIn;
    this.refresh_token = tokens.refreshToken;
    this.scope = scope;
  }
}

/** RFC 6749 §5.2 */
export class OAuthErrorDto {
  @ApiProperty({ example: "invalid_grant" })
  readonly error!: string;

  @ApiProperty({
    description: "For the client's developer",
    example: "The token was not accepted.",
  })
  readonly error_description!: string;
}
