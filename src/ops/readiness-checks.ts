import { Injectable } from "@nestjs/common";
import {
  type HealthIndicatorFunction,
  HealthIndicatorService,
  TypeOrmHealthIndicator,
} from "@nestjs/terminus";
import { DataSource } from "typeorm";
import { Revocations } from "../sessions/revocations";
import { SigningKeys } from "../tokens/signing-keys.port";

/** How long the database may take to say that it is there, in milliseconds. */
const databaseTimeoutMilliseconds = 2000;

/** What has to be well before this instance is sent any requests. */
@Injectable()
export class ReadinessChecks {
  private schemaIsUpToDate = false;

  constructor(
    private readonly indicator: HealthIndicatorService,
    private readonly typeorm: TypeOrmHealthIndicator,
    private readonly dataSource: DataSource,
    private readonly signingKeys: SigningKeys,
    private readonly revocations: Revocations,
  ) {}

  all(): HealthIndicatorFunction[] {
    return [
      () =>
        this.typeorm.pingCheck("database", {
          timeout: databaseTimeoutMilliseconds,
        }),
      () => this.migrations(),
      () => this.keys(),
      () => this.revocationsAreKnown(),
    ];
  }

  private async migrations() {
    const check = this.indicator.check("migrations");
    // A schema does not go back while we run; once seen is enough.
    this.schemaIsUpToDate ||= !(await this.dataSource
      .showMigrations()
      .catch(() => true));
    return this.schemaIsUpToDate ? check.up() : check.down();
  }

  private keys() {
    const check = this.indicator.check("signingKeys");
    return this.signingKeys.published().length > 0 ? check.up() : check.down();
  }

  private revocationsAreKnown() {
    const check = this.indicator.check("revocations");
    return this.revocations.isReliable ? check.up() : check.down();
  }
}
