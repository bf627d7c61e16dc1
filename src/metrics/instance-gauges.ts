import { Injectable } from "@nestjs/common";
import { Gauge, type Registry } from "prom-client";
import { AuditTrail } from "../audit/audit-trail";
import { Clock } from "../common/clock.port";
import { Database } from "../database/database";
import { Revocations } from "../sessions/revocations.port";
import { SigningKeys } from "../signing-keys/signing-keys.port";

/** What is read at every scrape: the state of this instance. */
@Injectable()
export class InstanceGauges {
  constructor(
    private readonly database: Database,
    private readonly revocations: Revocations,
    private readonly audit: AuditTrail,
    private readonly signingKeys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  register(registry: Registry): void {
    const { database, revocations, audit } = this;
    byState(
      registry,
      "nest_google_auth_database_connections",
      "Connections of the pool, and requests waiting for one",
      () => database.connections,
    );
    single(
      registry,
      "nest_google_auth_database_pool_size",
      "Maximum number of connections of the pool",
      () => database.poolSize,
    );
    byState(
      registry,
      "nest_google_auth_audit_backlog",
      "Refusals queued for the audit log",
      () => ({ waiting: audit.backlogSize }),
    );
    byState(
      registry,
      "nest_google_auth_revocations_reliable",
      "1 while the revocations of all instances are known here, otherwise 0",
      () => ({ revocations: revocations.isReliable() ? 1 : 0 }),
    );
    single(
      registry,
      "nest_google_auth_revocations_age_seconds",
      "Time since the revocations of other instances were read",
      () => revocations.secondsBehind(),
    );
    single(
      registry,
      "nest_google_auth_signing_key_age_seconds",
      "For how long the current key has been signing; absent if unknown",
      () => this.keyAgeSeconds(),
    );
  }

  private keyAgeSeconds(): number | null {
    const since = this.signingKeys.signsSince();
    return since && (this.clock.now() - since.getTime()) / 1000;
  }
}

function byState(
  registry: Registry,
  name: string,
  help: string,
  read: () => Readonly<Record<string, number>>,
): void {
  new Gauge({
    name,
    help,
    labelNames: ["state"],
    registers: [registry],
    collect() {
      for (const [state, value] of Object.entries(read())) {
        this.set({ state }, value);
      }
    },
  });
}

/** @param read returns null while there is no value */
function single(
  registry: Registry,
  name: string,
  help: string,
  read: () => number | null,
): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read();
      if (value === null) this.remove();
      else this.set(value);
    },
  });
}
