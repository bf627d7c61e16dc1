import { DataSource } from "typeorm";
import { googleAuthEntities } from "../../src/google-auth/google-auth.entities";
import { dataSourceOptions } from "../../src/database/data-source";
import { Database } from "../../src/database/database";
import type { Outage } from "../../src/testing/contracts/contract-runs";
import { TestDatabase } from "../../src/testing/test-database";
import { TcpProxy } from "./tcp-proxy";

/**
 * A separate Postgres for the contracts of stores, with the connections of two
 * instances, each over its own network.
 */
export class ContractDatabase {
  private constructor(
    private readonly testDatabase: TestDatabase,
    private readonly networks: readonly TcpProxy[],
    private readonly dataSources: readonly DataSource[],
    readonly one: Database,
    readonly other: Database,
  ) {}

  static async start(): Promise<ContractDatabase> {
    const testDatabase = await TestDatabase.create();
    const networks = [
      await TcpProxy.to(testDatabase.url),
      await TcpProxy.to(testDatabase.url),
    ];
    const dataSources = [];
    for (const { url } of networks) {
      const options = dataSourceOptions({ url, poolSize: 10, ssl: false });
      dataSources.push(
        await new DataSource({
          ...options,
          entities: [...googleAuthEntities],
        }).initialize(),
      );
    }
    const [one, other] = dataSources.map((each) => new Database(each));
    if (!one || !other) throw new Error("Expected two databases");
    return new ContractDatabase(
      testDatabase,
      networks,
      dataSources,
      one,
      other,
    );
  }

  /** Disconnects both instances. */
  readonly outage: Outage = {
    begin: async () => {
      for (const network of this.networks) await network.cut();
    },
    end: async () => {
      for (const network of this.networks) await network.restore();
    },
  };

  /** Disconnects the second instance. */
  readonly outageOfOther: Outage = {
    begin: async () => this.networks[1]?.cut(),
    end: async () => this.networks[1]?.restore(),
  };

  async stop(): Promise<void> {
    for (const dataSource of this.dataSources) await dataSource.destroy();
    for (const network of this.networks) await network.stop();
    await this.testDatabase.destroy();
  }
}
