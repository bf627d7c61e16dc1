import { ApiProperty, ApiPropertyOptional } from "@nestjs/swagger";
import { IsOptional, IsString, Length, MaxLength } from "class-validator";
import { UserDto } from "../users/user.dto";
import type { SignedIn } from "./sign-in";

/** What a client sends to sign in; unknown fields are ignored. */
export class SignInRequestDto {
  @ApiPropertyOptional({
    description:
      "The Google ID token. Exactly one of `idToken`, `idtoken`, `id_token`, `credential`.",
    maxLength: 8192,
  })
  idToken?: string;

  @ApiPropertyOptional()
  idtoken?: string;

  @ApiPropertyOptional()
  id_token?: string;

  @ApiPropertyOptional({
    description: "What Google Identity Services calls the ID token.",
  })
  credential?: string;

  @ApiPropertyOptional({
    maxLength: 512,
    description:
      "The nonce that the token was asked for with; the two must agree",
  })
  @IsOptional()
  @IsString({ message: "must be a string" })
  @Length(1, 512, { message: "must have 1 to 512 characters" })
  nonce?: string;

  @ApiPropertyOptional({
    maxLength: 100,
    description: "A label for the user's list of sessions",
  })
  @IsOptional()
  @IsString({ message: "must be a string" })
  @MaxLength(100, { message: "must have at most 100 characters" })
  device?: string;
}

/** A nonce given out for one sign-in. */
export class NonceDto {
  @ApiProperty({ description: "256 random bits, base64url" })
  readonly nonce!: string;

  @ApiProperty({ description: "Seconds until it is no longer accepted" })
  readonly expiresIn!: number;
}

/** The answer to a sign-in. */
export class SignInResponseDto {
  @ApiProperty({ enum: ["Bearer"] })
  readonly tokenType = "Bearer";

  @ApiProperty({ description: "This service's own access token (RFC 9068)" })
  readonly accessToken: string;

  @ApiProperty({ description: "Seconds the access token lives" })
  readonly expiresIn: number;

  @ApiProperty()
  readonly refreshToken: string;

  @ApiProperty({ description: "Seconds the refresh token lives unused" })
  readonly refreshExpiresIn: number;

  @ApiProperty({ format: "uuid" })
  readonly sessionId: string;

  @ApiProperty({ description: "True in exactly one answer per user" })
  readonly isNewUser: boolean;

  @ApiProperty({
    description: "Whether the app's required profile fields are all there",
  })
  readonly profileComplete: boolean;

  @ApiProperty({ type: UserDto })
  readonly user: UserDto;

  constructor(signedIn: SignedIn) {
    this.accessToken = signedIn.accessToken.token;
    this.expiresIn = signedIn.accessToken.expiresIn;
    this.refreshToken = signedIn.refreshToken.token;
    this.refreshExpiresIn = signedIn.refreshToken.expiresIn;
    this.sessionId = signedIn.session.id;
    this.isNewUser = signedIn.isNewUser;
    this.profileComplete = true;
    this.user = new UserDto(signedIn.user);
  }
}
