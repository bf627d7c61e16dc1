import { Global, Module } from "@nestjs/common";
import { Purge } from "../database/purge";
import { scrubLate } from "./audit-line";
import { AuditPartitions } from "./audit-partitions";
import { AuditSink, LogAuditSink } from "./audit-sink.port";
import { AuditTrail } from "./audit-trail";

/** The audit log. Part of GoogleAuthModule. */
@Global()
@Module({
  providers: [
    AuditPartitions,
    AuditTrail,
    { provide: AuditSink, useClass: LogAuditSink },
  ],
  exports: [AuditTrail],
})
export class AuditModule {
  constructor(purge: Purge) {
    purge.addStatement(scrubLate);
  }
}
