import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disownPostmasterFile, readPostmasterFile } from "./postmaster-file";
import { isRunning } from "./process-identity";

const rest = "/data/cluster\n1763712000\n5433\n\n127.0.0.1\n  5432001  42";

describe("a server's own file", () => {
  let cluster: string;
  const write = (text: string) =>
    writeFileSync(join(cluster, "postmaster.pid"), text);
  beforeEach(() => (cluster = mkdtempSync(join(tmpdir(), "cluster-"))));
  afterEach(() => rmSync(cluster, { recursive: true }));

  it("is nothing, when it is absent or not whole", () => {
    expect(readPostmasterFile(cluster)).toBeUndefined();
    write("4711\n/data/cluster\n");
    expect(readPostmasterFile(cluster)).toBeUndefined();
  });

  it.each([
    ["", "starting"],
    ["\nstarting\n", "starting"],
    ["\nready   \n", "ready"],
    ["\nstopping\n", "stopping"],
  ])("tells the status, when it ends with %j, as %s", (end, status) => {
    write(`4711\n${rest}${end}`);

    expect(readPostmasterFile(cluster)).toEqual({
      pid: 4711,
      port: 5433,
      status,
    });
  });

  it("keeps the shared memory's key, when the process number is taken out", () => {
    write(`${process.pid}\n${rest}\nready\n`);
    disownPostmasterFile(cluster);

    expect(isRunning(readPostmasterFile(cluster)?.pid ?? 0)).toBe(false);
    expect(readFileSync(join(cluster, "postmaster.pid"), "utf8")).toContain(
      `\n${rest}\nready\n`,
    );
  });
});
