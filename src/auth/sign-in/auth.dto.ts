import { applyDecorators } from "@nestjs/common";
import {
  ApiProperty,
  ApiPropertyOptional,
} from "../../common/open-api.decorators";
import { IsOptional, IsString, Length, MaxLength } from "class-validator";
import { UserDto } from "../../users/user.dto";
import type { SignedInUser } from "../sessions/issued-tokens";
import type { SignedIn } from "./sign-in";

/** The nonce of a sign-in, wherever a request may name one. */
export const NonceField = () =>
  applyDecorators(
    ApiPropertyOptional({
      maxLength: 512,
      description:
        "The nonce that the token was asked for with; the two must agree",
    }),
    IsOptional(),
    IsString({ message: "must be a string" }),
    Length(1, 512, { message: "must have 1 to 512 characters" }),
  );

/** The label of a new session. */
export const DeviceField = () =>
  applyDecorators(
    ApiPropertyOptional({
      maxLength: 100,
      description: "A label for the user's list of sessions",
    }),
    IsOptional(),
    IsString({ message: "must be a string" }),
    MaxLength(100, { message: "must have at most 100 characters" }),
  );

/** The app's own fields of a new user. */
export const ProfileField = () =>
  ApiPropertyOptional({
    type: Object,
    description:
      "The app's own fields of a new user, as JSON only; what is there has to be valid, what is missing can be given later. The profile of a known user stays as it is.",
  });

/** The ID token of a request, under any of its names; unknown fields are ignored. */
export class IdTokenRequestDto {
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

  @NonceField()
  nonce?: string;
}

/** What a client sends to sign in; unknown fields are ignored. */
export class SignInRequestDto extends IdTokenRequestDto {
  @DeviceField()
  device?: string;

  @ProfileField()
  profile?: object;
}

/** A nonce given out for one sign-in. */
export class NonceDto {
  @ApiProperty({ description: "256 random bits, base64url" })
  readonly nonce!: string;

  @ApiProperty({ description: "Seconds until it is no longer accepted" })
  readonly expiresIn!: number;
}

/** What a signed-in client is given, also at every refresh. */
export class TokensDto {
  @ApiProperty({
    enum: ["Bearer", "DPoP"],
    description: "The scheme to send the access token with",
  })
  readonly tokenType: "Bearer" | "DPoP";

  @ApiProperty({ description: "This service's own access token (RFC 9068)" })
  readonly accessToken: string;

  @ApiProperty({ description: "Seconds the access token lives" })
  readonly expiresIn: number;

  @ApiPropertyOptional({ description: "Absent when it travels in the cookie" })
  readonly refreshToken?: string;

  @ApiProperty({ description: "Seconds the refresh token lives unused" })
  readonly refreshExpiresIn: number;

  @ApiProperty({ format: "uuid" })
  readonly sessionId: string;

  @ApiProperty({
    description:
      "Whether the app's required profile fields are all there. If not, the access token opens `POST /users/me/complete` and the sign-out only.",
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

/** The answer to a sign-in. */
export class SignInResponseDto extends TokensDto {
  @ApiProperty({ description: "True in exactly one answer per user" })
  readonly isNewUser: boolean;

  constructor(signedIn: SignedIn) {
    super(signedIn);
    this.isNewUser = signedIn.isNewUser;
  }
}
