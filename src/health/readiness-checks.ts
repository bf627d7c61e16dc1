import { Injectable, type OnApplicationShutdown } from "@nestjs/common";
import {
  type HealthIndicatorFunction,
  HealthIndicatorService,
  TypeOrmHealthIndicator,
} from "@nestjs/terminus";
import { DataSource } from "typeorm";
import { Database } from "../database/database";
import { DatabaseSchema } from "../database/database-schema";
import { Revocations } from "../sessions/revocations.port";
import { SigningKeys } from "../signing-keys/signing-keys.port";

/** How long the database may take to answer a ping, in milliseconds. */
const databaseTimeoutMilliseconds = 2000;

/**
 * The readiness checks. They use a database connection of their own: a busy pool
 * must not make the instance unready, and checks must not take a connection from
 * requests.
 */
@Injectable()
export class ReadinessChecks implements OnApplicationShutdown {
  private own: DataSource | undefined;
  private connecting: Promise<DataSource> | undefined;
  private schemaIsUpToDate = false;

  constructor(
    private readonly indicator: HealthIndicatorService,
    private readonly typeorm: TypeOrmHealthIndicator,
    private readonly database: Database,
    private readonly schema: DatabaseSchema,
    private readonly signingKeys: SigningKeys,
    private readonly revocations: Revocations,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.connecting?.catch(() => undefined);
    if (this.own?.isInitialized) await this.own.destroy();
  }

  all(): HealthIndicatorFunction[] {
    return [
      () => this.ping(),
      () => this.migrations(),
      () => this.keys(),
      () => this.revocationsAreKnown(),
    ];
  }

  private async ping() {
    try {
      return await this.typeorm.pingCheck("database", {
        connection: await this.connection(),
        timeout: databaseTimeoutMilliseconds,
      });
    } catch {
      return this.indicator.check("database").down();
    }
  }

  private async migrations() {
    const check = this.indicator.check("migrations");
    // A schema is not downgraded at run time; one success is enough.
    this.schemaIsUpToDate ||= await this.schemaIsNew().catch(() => false);
    return this.schemaIsUpToDate ? check.up() : check.down();
  }

  private async schemaIsNew(): Promise<boolean> {
    const connection = await this.connection();
    return this.schema.isUpToDate((text) => connection.query(text));
  }

  private connection(): Promise<DataSource> {
    if (this.own?.isInitialized) return Promise.resolve(this.own);
    this.connecting ??= this.connect().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  private async connect(): Promise<DataSource> {
    const { options } = this.database.dataSource;
    this.own ??= new DataSource({
      ...options,
      entities: [],
      subscribers: [],
      migrationsRun: false,
      synchronize: false,
      poolSize: 1,
    } as typeof options);
    return this.own.initialize();
  }

  private keys() {
    const check = this.indicator.check("signingKeys");
    return this.signingKeys.published().length > 0 ? check.up() : check.down();
  }

  private revocationsAreKnown() {
    const check = this.indicator.check("revocations");
    return this.revocations.isReliable() ? check.up() : check.down();
  }
}
