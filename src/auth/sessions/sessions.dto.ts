import {
  ApiProperty,
  ApiPropertyOptional,
} from "../../common/open-api.decorators";
import { IsNotEmpty, IsOptional, IsString, MaxLength } from "class-validator";
import { googleProviderName } from "../../identity/identity-providers";
import type { Session } from "../../sessions/session-store.port";
import { NoncedRequestDto } from "../sign-in/auth.dto";

export class RefreshRequestDto {
  @ApiPropertyOptional({ description: "Required unless it is in the cookie" })
  @IsOptional()
  @IsString({ message: "must be a string" })
  @IsNotEmpty({ message: "must not be empty" })
  refreshToken?: string;
}

/**
 * What a client sends in addition to the fresh token for a reauthentication:
 * its nonce and its provider.
 */
export class ReauthenticationRequestDto extends NoncedRequestDto {
  @ApiPropertyOptional({
    default: googleProviderName,
    description: "Google, or another configured provider",
  })
  @IsOptional()
  @IsString({ message: "must be a string" })
  @MaxLength(64, { message: "must have at most 64 characters" })
  provider?: string;
}

const text = { type: String, nullable: true } as const;

/** A signed-in device as shown to its user. */
export class SessionDto {
  @ApiProperty({
    format: "uuid",
    example: "0198c5a0-6f2b-7000-8000-000000000000",
  })
  readonly id: string;

  @ApiProperty({
    ...text,
    description: "The label that the client sent",
    example: "Pixel 9",
  })
  readonly device: string | null;

  @ApiProperty({
    ...text,
    description: "Address of the last use",
    example: "203.0.113.9",
  })
  readonly ip: string | null;

  @ApiProperty(text)
  readonly userAgent: string | null;

  @ApiProperty()
  readonly createdAt: Date;

  @ApiProperty()
  readonly lastUsedAt: Date;

  @ApiProperty({ description: "Whether it is the session of this request" })
  readonly current: boolean;

  constructor(session: Session, currentId: string) {
    this.id = session.id;
    this.device = session.device;
    this.ip = session.ip;
    this.userAgent = session.userAgent;
    this.createdAt = session.createdAt;
    this.lastUsedAt = session.lastUsedAt;
    this.current = session.id === currentId;
  }
}
