import { SystemClock } from "../../src/common/clock.port";
import { Purge } from "../../src/database/purge";
import { MemoryThrottlerStorage } from "../../src/rate-limits/memory-throttler-storage";
import { PostgresThrottlerStorage } from "../../src/rate-limits/postgres-throttler-storage";
import { throttlerStorageContract } from "../../src/testing";
import { FrozenClock } from "../../src/testing/frozen-clock";
import { ContractDatabase } from "../support/contract-database";

describe("MemoryThrottlerStorage", () => {
  throttlerStorageContract({
    concurrent: true,
    create: () => {
      const clock = new FrozenClock();
      return {
        storage: new MemoryThrottlerStorage(clock),
        pass: (seconds) => clock.advance(seconds),
        dispose: () => undefined,
      };
    },
  });
});

describe("PostgresThrottlerStorage", () => {
  let postgres: ContractDatabase;

  beforeAll(async () => {
    postgres = await ContractDatabase.start();
  });

  afterAll(() => postgres.stop());

  throttlerStorageContract({
    concurrent: true,
    create: () => {
      const [storage, other] = [postgres.one, postgres.other].map(
        (database) =>
          new PostgresThrottlerStorage(
            database,
            new Purge(database, new SystemClock()),
          ),
      );
      if (!storage) throw new Error("There is no database");
      return {
        ...{ storage, other },
        pass: async (seconds) => {
          await postgres.one.query(
            `UPDATE google_auth.rate_limits
              SET expires_at = expires_at - make_interval(secs => $1)`,
            [seconds],
          );
        },
        dispose: () => undefined,
      };
    },
  });
});
