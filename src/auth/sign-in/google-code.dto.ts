import {
  ApiProperty,
  ApiPropertyOptional,
} from "../../common/open-api.decorators";
import { IsOptional, IsString, Length, Matches } from "class-validator";
import { SignInRequestDto } from "./auth.dto";

/**
 * What a client sends to sign in with an authorization code; unknown fields are
 * ignored.
 */
export class CodeSignInRequestDto extends SignInRequestDto {
  @ApiProperty({
    minLength: 1,
    maxLength: 1024,
    description: "The authorization code that Google gave the client",
  })
  @IsString({ message: "must be a string" })
  @Length(1, 1024, { message: "must have 1 to 1024 characters" })
  code!: string;

  @ApiPropertyOptional({
    minLength: 43,
    maxLength: 128,
    description:
      "PKCE (RFC 7636): the verifier for the challenge that the code was requested with",
  })
  @IsOptional()
  @IsString({ message: "must be a string" })
  @Matches(/^[\w.~-]{43,128}$/, {
    message: "must be 43 to 128 letters, digits and . _ ~ -",
  })
  codeVerifier?: string;

  @ApiPropertyOptional({
    default: "postmessage",
    description:
      "The redirect URI that the code was requested with: one of `GOOGLE_REDIRECT_URIS`, `postmessage` for Google's popup, or empty for the server auth code of a mobile app.",
  })
  @IsOptional()
  @IsString({ message: "must be a string" })
  redirectUri?: string;
}
