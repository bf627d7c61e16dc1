import {
  ApiProperty,
  ApiPropertyOptional,
} from "../common/open-api.decorators";
import { IsIn, IsNotEmpty, IsString } from "class-validator";

/** The one kind of token that is verified here. */
export const verifiableTokenType = "id_token";

/** What a component sends that was handed an ID token; unknown fields are ignored. */
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
      "The one of GOOGLE_CLIENT_IDS that the token has to be made for (`aud`)",
  })
  @IsString({ message: "must be a string" })
  @IsNotEmpty({ message: "must not be empty" })
  readonly client_id!: string;
}

/** A good token's claims under Google's names; what the token does not have is absent. */
export class VerifiedTokenDto {
  @ApiProperty({ enum: [true] })
  readonly active!: true;

  @ApiProperty({ example: "https://accounts.google.com" })
  readonly iss!: string;

  @ApiProperty({ description: "The Google account" })
  readonly sub!: string;

  @ApiProperty({ description: "The client_id of the request" })
  readonly aud!: string;

  @ApiProperty({ description: "The app that asked for the token" })
  readonly azp!: string;

  @ApiPropertyOptional()
  readonly email?: string;

  @ApiPropertyOptional({ description: "Where there is an email" })
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
