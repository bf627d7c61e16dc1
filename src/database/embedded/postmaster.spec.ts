import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disownPostmasterFile, readPostmasterFile } from "./postmaster";
import { isRunning } from "./processes";

const rest = "/data/cluster\n1763712000\n5433\n\n127.0.0.1\n  5432001  42";

describe("the postmaster.pid of a server", () => {
  let cluster: string;
  const write = (text: string) =>
    writeFileSync(join(cluster, "postmaster.pid"), text);
  const read = () => readFileSync(join(cluster, "postmaster.pid"), "utf8");
  beforeEach(() => (cluster = mkdtempSync(join(tmpdir(), "cluster-"))));
  afterEach(() => rmSync(cluster, { recursive: true }));

  it("is ignored when it is absent or incomplete", () => {
    expect(readPostmasterFile(cluster)).toBeUndefined();
    disownPostmasterFile(cluster);
    write("4711\n/data/cluster\n");
    expect(readPostmasterFile(cluster)).toBeUndefined();
    disownPostmasterFile(cluster);
    expect(read()).toBe("4711\n/data/cluster\n");
  });

  it.each([
    ["", false],
    ["\nstarting\n", false],
    ["\nready   \n", true],
    ["\nstopping\n", false],
  ])("with the last line %j is ready: %s", (end, isReady) => {
    write(`4711\n${rest}${end}`);

    expect(readPostmasterFile(cluster)).toEqual({
      pid: 4711,
      port: 5433,
      isReady,
    });
  });

  it("keeps the shared memory's key when the pid is removed", () => {
    write(`${process.pid}\n${rest}\nready\n`);
    disownPostmasterFile(cluster);

    expect(isRunning(readPostmasterFile(cluster)?.pid ?? 0)).toBe(false);
    expect(read()).toContain(`\n${rest}\nready\n`);
  });
});
