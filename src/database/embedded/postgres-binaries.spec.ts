import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinaries, findPackage } from "./postgres-binaries";
import { runAs, serverAccount } from "./server-account";

const isRoot = process.geteuid?.() === 0;
const asRoot = isRoot ? it : it.skip;
const asOrdinaryUser = isRoot ? it.skip : it;
const onPosix = process.platform === "win32" ? describe.skip : describe;

describe("PostgreSQL's programs", () => {
  it("are those of the npm package for this platform", () => {
    const { stdout } = spawnSync(
      join(findPackage(), "native/bin/postgres"),
      ["--version"],
      { encoding: "utf8" },
    );
    expect(stdout).toMatch(/^postgres \(PostgreSQL\) \d+/);
  });

  it("throws what to do if the platform has no package", () => {
    expect(() => findPackage("abacus")).toThrow(
      /-abacus is not installed.+--omit=optional.+DATABASE_URL/,
    );
  });
});

onPosix("the files of PostgreSQL's package", () => {
  let folder: string;
  let bundled: string;
  let home: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "binaries-")));
    chmodSync(folder, 0o755);
    home = join(folder, "home");
    mkdirSync(home);
    bundled = makePackage();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /**
   * A package with the real install script, one program, and one library with a
   * second name.
   */
  const makePackage = () => {
    const path = join(folder, "closed/package");
    for (const part of ["native/bin", "native/lib"]) {
      mkdirSync(join(path, part), { recursive: true });
    }
    for (const part of ["package.json", "scripts"]) {
      cpSync(join(findPackage(), part), join(path, part), { recursive: true });
    }
    const postgres = "#!/bin/sh\necho it runs\n";
    writeFileSync(join(path, "native/bin/postgres"), postgres, { mode: 0o700 });
    writeFileSync(join(path, "native/lib/libpq.so.5.18"), "library");
    writeFileSync(
      join(path, "native/pg-symlinks.json"),
      '[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]',
    );
    return path;
  };
  const account = () => serverAccount(join(home, "cluster"));
  const find = (progress: string[] = []) =>
    findBinaries(
      { account: account(), path: home, dataDir: home },
      (message) => progress.push(message),
      bundled,
    );

  it("are completed and used in place if npm did not run the install script", () => {
    const link = join(bundled, "native/lib/libpq.so.5");
    expect(existsSync(link)).toBe(false);

    expect(find()).toBe(join(bundled, "native/bin"));
    expect(readlinkSync(link)).toBe("libpq.so.5.18");
    expect(find()).toBe(join(bundled, "native/bin"));
    expect(readdirSync(home)).toEqual([]);
  });

  asRoot("are copied if only root can enter their folder", () => {
    chmodSync(join(folder, "closed"), 0o700);
    mkdirSync(join(home, "binaries-17.0.0"));
    mkdirSync(join(home, "binaries-18.unfinished"));
    const progress: string[] = [];
    const found = find(progress);

    const [copy = ""] = readdirSync(home);
    expect(readdirSync(home)).toEqual([expect.stringMatching(/^binaries-18/)]);
    expect(found).toBe(join(home, copy, "native/bin"));
    expect(progress).toEqual([expect.stringContaining("using a copy")]);
    expect(statSync(join(home, copy)).mode & 0o777).toBe(0o755);
    expect(runAs(account(), join(found, "postgres"), []).stdout).toBe(
      "it runs\n",
    );
    expect(find()).toBe(found);
  });

  asOrdinaryUser("are copied if they are incomplete and read-only", () => {
    chmodSync(join(bundled, "native/lib"), 0o555);
    const found = find();

    expect(found.startsWith(home)).toBe(true);
    expect(existsSync(join(found, "../lib/libpq.so.5"))).toBe(true);
    chmodSync(join(bundled, "native/lib"), 0o755);
  });
});
