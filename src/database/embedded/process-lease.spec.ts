import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownIdentity } from "./processes";
import { livingLeases, releaseLease, takeLease } from "./process-lease";

describe("the leases of a home", () => {
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), "leases-"))));
  afterEach(() => rmSync(home, { recursive: true }));

  it("are an empty list if none was taken", () => {
    expect(livingLeases(home)).toEqual([]);
  });

  it("count separately if one process takes two, until both are released", () => {
    const [one, two] = [takeLease(home), takeLease(home)];
    expect(livingLeases(home)).toEqual([ownIdentity(), ownIdentity()]);

    releaseLease(one);
    releaseLease(one);
    expect(livingLeases(home)).toEqual([ownIdentity()]);

    releaseLease(two);
    expect(livingLeases(home)).toEqual([]);
  });

  it("are removed if their process is dead or their name is malformed", () => {
    const lease = takeLease(home);
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(join(home, "leases", `${pid}@~dead`), "");
    writeFileSync(join(home, "leases", "broken"), "");

    expect(livingLeases(home)).toEqual([ownIdentity()]);
    expect(readdirSync(join(home, "leases"))).toHaveLength(1);
    releaseLease(lease);
  });
});
