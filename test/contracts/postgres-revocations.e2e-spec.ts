import { Logger } from "@nestjs/common";
import { DatabaseListener } from "../../src/database/database-listener";
import { Purge } from "../../src/database/purge";
import { PostgresRevocations } from "../../src/sessions/postgres-revocations";
import { revocationsContract } from "../../src/testing";
import { ContractDatabase } from "../support/contract-database";

describe("PostgresRevocations", () => {
  let postgres: ContractDatabase;

  beforeAll(async () => {
    postgres = await ContractDatabase.start();
    // The database is disconnected on purpose.
    Logger.overrideLogger(false);
  });

  afterAll(() => postgres.stop());

  revocationsContract({
    ...{ concurrent: true, transactional: true, outages: true },
    create: ({ clock }) => {
      let started = 0;
      return {
        start: async () => {
          const database = started++ === 1 ? postgres.other : postgres.one;
          const revocations = new PostgresRevocations(
            database,
            new DatabaseListener(database),
            clock,
            new Purge(database, clock),
          );
          await revocations.onApplicationBootstrap();
          const stop = () => revocations.onModuleDestroy();
          return { revocations, stop };
        },
        transaction: (run) => postgres.one.transaction(run),
        outage: postgres.outageOfOther,
        dispose: () => postgres.outage.end(),
      };
    },
  });
});
