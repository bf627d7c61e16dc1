import { Module } from "@nestjs/common";
import { AuditPartitions } from "./audit-partitions";
import { AuditSink, LogAuditSink } from "./audit-sink.port";
import { AuditTrail } from "./audit-trail";
import { ConfigurableAuditModule } from "./audit.options";

/** Floor 0: what happened to whom. Configure once, in the app module. */
@Module({
  providers: [
    AuditPartitions,
    AuditTrail,
    { provide: AuditSink, useClass: LogAuditSink },
  ],
  exports: [AuditTrail],
})
export class AuditModule extends ConfigurableAuditModule {}
