import {
  ApiProperty,
  ApiPropertyOptional,
} from "../common/open-api.decorators";
import { IsIn, Matches } from "class-validator";
import { type AuditEventName, auditEvents } from "../audit/audit-event";
import { openObject } from "../users/user.dto";
import { IfGiven, PageQueryDto } from "./page.dto";

const eventNames = Object.keys(auditEvents);
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Filters for the audit log; absent or empty parameters are ignored. */
export class AuditQueryDto extends PageQueryDto {
  @ApiPropertyOptional({
    format: "uuid",
    description: "The user concerned, even if deleted",
  })
  @IfGiven()
  @Matches(uuid, { message: "must be a UUID, sent once" })
  readonly userId?: string;

  @ApiPropertyOptional({ enum: eventNames })
  @IfGiven()
  @IsIn(eventNames, { message: "must be the name of an audit event" })
  readonly event?: AuditEventName;
}

const text = { type: String, nullable: true } as const;
const id = { ...text, format: "uuid" } as const;

/** A line of the audit log. */
export class AuditLineDto {
  @ApiProperty({ format: "uuid" })
  readonly id!: string;

  @ApiProperty()
  readonly occurredAt!: Date;

  @ApiProperty({ enum: eventNames })
  readonly event!: string;

  @ApiProperty({ ...id, description: "The user concerned" })
  readonly userId!: string | null;

  @ApiProperty(id)
  readonly sessionId!: string | null;

  @ApiProperty({ ...id, description: "Who did it, if that is another user" })
  readonly actorId!: string | null;

  @ApiProperty(text)
  readonly reason!: string | null;

  @ApiProperty({ ...openObject, nullable: true })
  readonly details!: object | null;

  @ApiProperty({ ...text, description: "Client address" })
  readonly ip!: string | null;

  @ApiProperty({ ...text, description: "User agent of the request" })
  readonly userAgent!: string | null;
}

/** A page of the audit log, newest first. */
export class AuditPageDto {
  @ApiProperty({ type: [AuditLineDto] })
  readonly items!: readonly AuditLineDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      "Send it as `cursor` to get the next page; null on the last page",
  })
  readonly nextCursor!: string | null;
}
