import {
  ApiProperty,
  ApiPropertyOptional,
} from "../../common/open-api.decorators";
import { IsOptional, IsString, Length, MaxLength } from "class-validator";
import type { SignedInUser } from "../sessions/issued-tokens";
import { openObject, UserDto } from "../../users/user.dto";
import type { SignedIn } from "./sign-in";

/** The nonce of a credential; this class reads nothing else from a request. */
export class NoncedRequestDto {
  @ApiPropertyOptional({
    maxLength: 512,
    description:
      "The nonce that the token was requested with; it must match the token",
  })
  @IsOptional()
  @IsString({ message: "must be a string" })
  @Length(1, 512, { message: "must have 1 to 512 characters" })
  nonce?: string;
}

/**
 * What a client sends in addition to the ID token to sign in; unknown fields
 * are ignored.
 */
export class SignInRequestDto extends NoncedRequestDto {
  @ApiPropertyOptional({
    maxLength: 100,
    description: "A label for the user's list of sessions",
  })
  @IsOptional()
  @IsString({ message: "must be a string" })
  @MaxLength(100, { message: "must have at most 100 characters" })
  device?: string;

  @ApiPropertyOptional({
    ...openObject,
    description:
      "The app's own fields of a new user, only as JSON; fields that are sent must be valid, missing ones can be added later. The profile of an existing user does not change.",
  })
  profile?: object;
}

/** A nonce issued for one sign-in. */
export class NonceDto {
  @ApiProperty({
    description: "256 random bits, base64url",
    example: "2n4Zr0S8mYwqvXbJ1c5oT7kLp9eHd3uAfGiKxVtRQWM",
  })
  readonly nonce!: string;

  @ApiProperty({
    type: "integer",
    description: "Seconds until it is no longer accepted",
    example: 600,
  })
  readonly expiresIn!: number;
}

/** What a client receives at sign-in and at every refresh. */
export class TokensDto {
  @ApiProperty({
    enum: ["Bearer", "DPoP"],
    example: "Bearer",
    description: "The scheme to send the access token with",
  })
  readonly tokenType: "Bearer" | "DPoP";

  @ApiProperty({
    description: "This service's own access token (RFC 9068)",
    example: "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIs…",
  })
  readonly accessToken: string;

  @ApiProperty({
    type: "integer",
    description: "Lifetime of the access token, in seconds",
    example: 900,
  })
  readonly expiresIn: number;

  @ApiPropertyOptional({ description: "Absent if it is in the cookie" })
  readonly refreshToken?: string;

  @ApiProperty({
    type: "integer",
    description: "Seconds until the refresh token expires if unused",
    example: 2592000,
  })
  readonly refreshExpiresIn: number;

  @ApiProperty({
    format: "uuid",
    example: "0198c5a0-6f2b-7000-8000-000000000000",
  })
  readonly sessionId: string;

  @ApiProperty({
    description:
      "Whether all profile fields that the app requires are present. If not, the access token only grants access to `POST /users/me/complete` and the sign-out.",
  })
  readonly profileComplete: boolean;

  @ApiProperty({ type: UserDto })
  readonly user: UserDto;

  constructor(signedIn: SignedInUser) {
    const { accessToken, refreshToken, session, user } = signedIn;
    this.tokenType = session.keyThumbprint === null ? "Bearer" : "DPoP";
    this.accessToken = accessToken.token;
    this.expiresIn = accessToken.expiresIn;
    this.refreshToken = refreshToken.token;
    this.refreshExpiresIn = refreshToken.expiresIn;
    this.sessionId = session.id;
    this.profileComplete = signedIn.profileComplete;
    this.user = new UserDto(user);
  }
}

/** The response to a sign-in. */
export class SignInResponseDto extends TokensDto {
  @ApiProperty({ description: "True in exactly one response per user" })
  readonly isNewUser: boolean;

  constructor(signedIn: SignedIn) {
    super(signedIn);
    this.isNewUser = signedIn.isNewUser;
  }
}
