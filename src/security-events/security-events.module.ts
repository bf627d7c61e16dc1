import { Module, type Provider } from "@nestjs/common";
import { configurableModule } from "../common/configurable-module";
import {
  ProtectingSecurityEventHandler,
  SecurityEventHandler,
} from "./security-event-handler.port";
import { SecurityEventInbox } from "./security-event-inbox";
import { SecurityEventRefusalFilter } from "./security-event-refusal.filter";
import { SecurityEventsController } from "./security-events.controller";

const { ConfigurableModuleClass } =
  configurableModule<Record<string, never>>("SecurityEvents");

/** Floor 3: the receiver of Cross-Account Protection. */
@Module({
  controllers: [SecurityEventsController],
  providers: [
    SecurityEventInbox,
    SecurityEventRefusalFilter,
    {
      provide: SecurityEventHandler,
      useClass: ProtectingSecurityEventHandler,
    },
  ] satisfies Provider[],
})
export class SecurityEventsModule extends ConfigurableModuleClass {}
