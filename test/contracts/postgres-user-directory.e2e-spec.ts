import { userDirectoryContract } from "../../src/testing";
import { PostgresUserDirectory } from "../../src/users/postgres-user-directory";
import { ContractDatabase } from "../support/contract-database";

describe("PostgresUserDirectory", () => {
  let postgres: ContractDatabase;

  beforeAll(async () => {
    postgres = await ContractDatabase.start();
  });

  afterAll(() => postgres.stop());

  userDirectoryContract({
    ...{ concurrent: true, transactional: true, outages: true },
    create: ({ clock }) => ({
      users: new PostgresUserDirectory(postgres.one, clock),
      other: new PostgresUserDirectory(postgres.other, clock),
      transaction: (run) => postgres.one.transaction(run),
      outage: postgres.outage,
      dispose: () => postgres.outage.end(),
    }),
  });
});
