import {
  ApiProperty,
  ApiPropertyOptional,
} from "../common/open-api.decorators";
import { IsIn, IsNotEmpty, IsString } from "class-validator";

/** The only kind of token that is verified here. */
export const verifiableTokenType = "id_token";

/** What a component sends to verify an ID token; unknown fields are ignored. */
export class VerifyTokenRequestDto {
  @ApiProperty({ enum: [verifiableTokenType] })
  @IsIn([verifiableTokenType], { message: `must be ${verifiableTokenType}` })
  readonly token_type!: string;

  @ApiProperty({ maxLength: 8192, description: "The Google ID token" })
  @IsString({ message: "must be a string" })
  @IsNotEmpty({ message: "must not be empty" })
  readonly token!: string;

  @ApiProperty({
    description:
      "The one of GOOGLE_CLIENT_IDS that the token must be issued for (`aud`)",
  })
  @IsString({ message: "must be a string" })
  @IsNotEmpty({ message: "must not be empty" })
  readonly client_id!: string;
}

/**
 * The claims of a valid token under Google's names; claims that the token does
 * not have are absent.
 */
export class VerifiedTokenDto {
  @ApiProperty({ enum: [true] })
  readonly active!: true;

  @ApiProperty({ example: "https://accounts.google.com" })
  readonly iss!: string;

  @ApiProperty({ description: "The Google account" })
  readonly sub!: string;

  @ApiProperty({ description: "The client_id of the request" })
  readonly aud!: string;

  @ApiProperty({ description: "The app that requested the token" })
  readonly azp!: string;

  @ApiPropertyOptional()
  readonly email?: string;

  @ApiPropertyOptional({ description: "Present if there is an email" })
  readonly email_verified?: boolean;

  @ApiPropertyOptional({ description: "Google Workspace domain, lower case" })
  readonly hd?: string;

  @ApiPropertyOptional()
  readonly name?: string;

  @ApiPropertyOptional()
  readonly given_name?: string;

  @ApiPropertyOptional()
  readonly family_name?: string;

  @ApiPropertyOptional({ format: "uri" })
  readonly picture?: string;

  @ApiPropertyOptional()
  readonly locale?: string;

  @ApiPropertyOptional({ description: "For the caller to compare" })
  readonly nonce?: string;

  @ApiProperty({ description: "Seconds since 1970" })
  readonly iat!: number;

  @ApiProperty({ description: "Seconds since 1970" })
  readonly exp!: number;
}
