import { Module } from "@nestjs/common";
import {
  ProtectingSecurityEventHandler,
  SecurityEventHandler,
} from "./security-event-handler.port";
import { SecurityEventBody } from "./security-event-body";
import { SecurityEventInbox } from "./security-event-inbox";
import { SecurityEventRefusalFilter } from "./security-event-refusal.filter";
import { SecurityEventsController } from "./security-events.controller";

/** The receiver of Cross-Account Protection. Part of GoogleAuthModule. */
@Module({
  controllers: [SecurityEventsController],
  providers: [
    SecurityEventBody,
    SecurityEventInbox,
    SecurityEventRefusalFilter,
    { provide: SecurityEventHandler, useClass: ProtectingSecurityEventHandler },
  ],
})
export class SecurityEventsModule {}
