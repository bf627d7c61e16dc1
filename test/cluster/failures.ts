import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { googlePaths } from "../../src/testing/google/emulator.routes";
import { type Cluster, serverConnections } from "./cluster";
import type { Load } from "./load";

/** One thing that goes wrong. */
export interface Failure {
  /** A word, for `--only`. */
  readonly id: string;
  /** Continues the sentence "What happens when…". */
  readonly when: string;
  /** Within what time all is well again after the repair, in seconds. */
  readonly recoversWithinSeconds: number;
  /** How far the replica is behind that is promoted, in seconds. */
  readonly lagSeconds?: number;
  /** No request may get an error at all. */
  readonly isUnseen?: true;
  /** Lets it happen, repairs it, and returns when it was repaired. */
  run(cluster: Cluster, load: Load): Promise<number>;
}

const seconds = (count: number) => delay(count * 1000);

export const failures: readonly Failure[] = [
  {
    id: "kill",
    when: "an instance is killed (`kill -9`) and started again",
    recoversWithinSeconds: 2,
    run: async ({ instances: [one] }) => {
      await one.kill();
      const killedAt = Date.now();
      await seconds(3);
      await one.start();
      return killedAt;
    },
  },
  {
    id: "rolling",
    when: "all instances are restarted, one after the other",
    recoversWithinSeconds: 0,
    isUnseen: true,
    run: async ({ instances }) => {
      for (const instance of instances) {
        await instance.stop();
        await instance.start();
      }
      return Date.now();
    },
  },
  {
    id: "postgres",
    when: "Postgres is restarted",
    recoversWithinSeconds: 5,
    run: async (cluster, load) => {
      load.cannotLearn();
      await cluster.restartPostgres();
      load.canLearn();
      return Date.now();
    },
  },
  {
    id: "pause",
    when: "PgBouncer is paused for 20 s (`PAUSE`, `RESUME`)",
    recoversWithinSeconds: 1,
    run: async ({ bouncer }, load) => {
      load.cannotLearn();
      await bouncer.command("PAUSE");
      await seconds(20);
      await bouncer.command("RESUME");
      load.canLearn();
      return Date.now();
    },
  },
  {
    id: "pool",
    when: "another program holds all connections to Postgres for 15 s",
    recoversWithinSeconds: 2,
    run: async ({ bouncer }, load) => {
      load.cannotLearn();
      const others = Array.from(
        { length: serverConnections },
        () => new Client({ connectionString: bouncer.url }),
      );
      await Promise.all(
        others.map(async (other) => {
          await other.connect();
          await other.query(
            "SET LOCAL statement_timeout = 0; SELECT pg_sleep(15)",
          );
          await other.end();
        }),
      );
      load.canLearn();
      return Date.now();
    },
  },
  {
    id: "slow",
    when: "every answer of Postgres takes 200 ms longer, for 8 s",
    recoversWithinSeconds: 2,
    run: async ({ databaseNetwork }) => {
      databaseNetwork.slowDown(200);
      await seconds(8);
      databaseNetwork.slowDown(0);
      return Date.now();
    },
  },
  {
    id: "cut",
    when: "one instance is cut off from the database for 8 s (connections are refused)",
    recoversWithinSeconds: 2,
    run: async ({ instances: [one] }, load) => {
      load.cannotLearn();
      await one.network.cut();
      await seconds(8);
      await one.network.restore();
      load.canLearn();
      return Date.now();
    },
  },
  {
    id: "silent",
    when: "one instance is cut off from the database for 20 s (packets are dropped)",
    recoversWithinSeconds: 5,
    run: async ({ instances: [one] }, load) => {
      load.cannotLearn();
      one.network.pause();
      await seconds(20);
      one.network.resume();
      load.canLearn();
      return Date.now();
    },
  },
  ...["+50s", "-50s"].map((clock): Failure => ({
    id: `clock${clock}`,
    when: `the clock of one instance is ${clock === "+50s" ? "50 s ahead" : "50 s behind"}`,
    recoversWithinSeconds: 0,
    isUnseen: true,
    run: async ({ instances: [one] }) => {
      await one.stop();
      await one.start(clock);
      await seconds(6);
      await one.stop();
      await one.start();
      return Date.now();
    },
  })),
  {
    id: "keys",
    when: "the signing key is rotated",
    recoversWithinSeconds: 0,
    isUnseen: true,
    run: async (cluster) => {
      // As if the next key had been published for long enough.
      await cluster.query(
        `UPDATE google_auth.signing_keys SET created_at = created_at - interval '1 h',
          not_before = not_before - interval '1 h'`,
      );
      await cluster.rotateKeys();
      // Every instance has seen it by then.
      await seconds(35);
      return Date.now();
    },
  },
  {
    id: "google",
    when: "Google is unreachable for 8 s, and an instance is restarted meanwhile",
    recoversWithinSeconds: 2,
    run: async ({ googleNetwork, google, instances: [one] }) => {
      google.setFault(googlePaths.certs, { status: 500 });
      await googleNetwork.cut();
      await one.stop();
      await one.start();
      await seconds(8);
      google.clearFaults();
      await googleNetwork.restore();
      return Date.now();
    },
  },
  {
    id: "promote",
    when: "the primary is lost and a replica that is 2 s behind is promoted",
    recoversWithinSeconds: 5,
    lagSeconds: 2,
    run: async (cluster, load) => {
      load.mayForget();
      load.cannotLearn();
      await cluster.replication.cut();
      await seconds(2);
      await cluster.promoteReplica();
      load.remembersAll();
      load.canLearn();
      return Date.now();
    },
  },
];
