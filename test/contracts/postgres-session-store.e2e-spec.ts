import type { Database } from "../../src/database/database";
import { Purge } from "../../src/database/purge";
import { PostgresSessionRotation } from "../../src/sessions/postgres-session-rotation";
import { PostgresSessionStore } from "../../src/sessions/postgres-session-store";
import {
  sessionStoreContract,
  type SessionStoreSetup,
} from "../../src/testing";
import { ContractDatabase } from "../support/contract-database";

describe("PostgresSessionStore", () => {
  let postgres: ContractDatabase;

  beforeAll(async () => {
    postgres = await ContractDatabase.start();
  });

  afterAll(() => postgres.stop());

  const storeIn = (
    database: Database,
    { rules, clock }: SessionStoreSetup,
  ): PostgresSessionStore => {
    const options = {
      ...{ ...rules, maxPerUser: 100, accessTokenTtlSeconds: 60 },
      ...{ secretKey: "", previousSecretKey: null },
    };
    return new PostgresSessionStore(
      database,
      new PostgresSessionRotation(database, clock, options),
      clock,
      options,
      new Purge(database, clock),
    );
  };

  sessionStoreContract({
    ...{ concurrent: true, transactional: true, outages: true },
    create: (setup) => ({
      store: storeIn(postgres.one, setup),
      other: storeIn(postgres.other, setup),
      transaction: (run) => postgres.one.transaction(run),
      outage: postgres.outage,
      dispose: () => postgres.outage.end(),
    }),
  });
});
