import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as ts from "typescript";
import { entryPoints, staleReports } from "../tools/package/api-reports";
import { execute, install, pack } from "../tools/package/packed";

const root = resolve(__dirname, "..");
const bin = (name: string) => join(root, "node_modules/.bin", name);
/** The dependencies of an application on Nest and TypeORM. */
const host = [
  ...["@nestjs/common@11", "@nestjs/core@11", "@nestjs/platform-express@11"],
  ...["@nestjs/typeorm@11", "typeorm@1", "pg", "reflect-metadata", "rxjs"],
  ...["class-validator", "class-transformer"],
  ...["typescript@5.9", "@types/node@20"],
];
const hostModules = host.slice(0, -2).map((name) => name.replace(/@\d+$/, ""));

const loadHost = `for (const name of ${JSON.stringify(hostModules)}) require(name);`;

describe("the package", () => {
  let folder: string;
  let tarball: string;
  let before: { packages: number; kilobytes: number };
  let after: typeof before;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nest-google-auth-package-"));
    tarball = pack(folder);
    await install(join(folder, "host"), host);
    before = sizeOf(join(folder, "host"));
    await install(join(folder, "host"), [
      tarball,
      // Pinned to Nest's version; npm would install the newest.
      ...["@nestjs/jwt@11", "@nestjs/passport@11"],
    ]);
    after = sizeOf(join(folder, "host"));
  }, 600_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const inHost = (name: string) => join(folder, "host", name);
  const node = (code: string, ...flags: string[]) =>
    execute(inHost("."), process.execPath, [...flags, "-e", code]);

  it("adds at most 45 packages and 20 MB to such an application", () => {
    const packages = after.packages - before.packages;
    const megabytes = (after.kilobytes - before.kilobytes) / 1000;
    expect(packages).toBeLessThanOrEqual(45);
    expect(megabytes).toBeLessThanOrEqual(20);
  });

  it("loads faster than Nest and TypeORM", async () => {
    const code = `const used = () => {
        const { user, system } = process.cpuUsage();
        return user + system;
      };
      const start = used();
      ${loadHost}
      const between = used();
      require("nest-google-auth");
      console.log((used() - between) / (between - start));`;
    // CPU time and the best of several runs, because other programs run as
    // well.
    const ratios: number[] = [];
    for (let time = 0; time < 5; time++) ratios.push(Number(await node(code)));
    expect(Math.min(...ratios)).toBeLessThan(1);
  });

  it("passes publint and arethetypeswrong", () => {
    const lint = spawnSync(bin("publint"), ["run", tarball, "--strict"], {
      encoding: "utf8",
    });
    expect([lint.status, lint.stdout + lint.stderr]).toEqual([
      0,
      expect.stringContaining("All good!"),
    ]);
    const attw = spawnSync(bin("attw"), [tarball, "--format", "ascii"], {
      encoding: "utf8",
    });
    expect([attw.status, attw.stdout]).toEqual([
      0,
      expect.stringContaining("No problems found"),
    ]);
  }, 120_000);

  it("prints nothing, starts nothing and keeps nothing running when loaded", async () => {
    const code = `${loadHost}
      // TypeORM and class-validator set these at the first use of a decorator.
      const theirs = ["typeormMetadataArgsStorage", "classValidatorMetadataStorage"];
      const before = new Set([...Object.keys(globalThis), ...process.eventNames()]);
      require("nest-google-auth");
      for (const name of [...Object.keys(globalThis), ...process.eventNames()])
        if (!before.has(name) && !theirs.includes(name)) console.log(name);`;
    expect(await node(code)).toBe("");
  });

  it("loads no dependency of only the service, the tests or the commands", async () => {
    const { peerDependenciesMeta } = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    ) as { peerDependenciesMeta: Record<string, unknown> };
    const code = `require("nest-google-auth");
      console.log(JSON.stringify(Object.keys(require.cache)));`;
    const loaded = JSON.parse(await node(code)) as string[];
    const optional = [...Object.keys(peerDependenciesMeta), "commander"];
    expect(
      loaded.filter((file) =>
        optional.some((name) => file.includes(`/node_modules/${name}/`)),
      ),
    ).toEqual([]);
  });

  it("exports the same names to require and to import", async () => {
    const required = await node(
      `console.log(Object.keys(require("nest-google-auth")).sort().join())`,
    );
    const imported = await node(
      `import * as all from "nest-google-auth";
       console.log(Object.keys(all).filter((name) => !["__esModule", "default", "module.exports"].includes(name)).sort().join())`,
      "--input-type=module",
    );
    expect(imported).toBe(required);
    expect(required).toContain("GoogleAuthModule");
  });

  it("contains its command, its documentation, and no source map without its source", async () => {
    const files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" })
      .split("\n")
      .map((name) => name.replace(/^package\//, ""));
    for (const name of ["CHANGELOG.md", "README.md", "LICENSE"]) {
      expect(files).toContain(name);
    }
    expect(files.filter((name) => /^docs\/[\w-]+\.md$/.test(name))).not.toEqual(
      [],
    );
    expect(files.filter((name) => /\.map$|\.spec\./.test(name))).toEqual([]);
    const command = inHost("node_modules/.bin/nest-google-auth");
    expect(await execute(inHost("."), command, ["--help"])).toContain(
      "migrate",
    );
  });

  it.each([
    ["commonjs", "commonjs", "node10"],
    ["node16", "node16", "node16"],
    ["nodenext", "nodenext", "nodenext"],
    ["a bundler", "esnext", "bundler"],
  ])(
    "has types under %s",
    (_name, module, moduleResolution) => {
      const file = inHost(`${module}-${moduleResolution}.ts`);
      writeFileSync(
        file,
        `import { GoogleAuthModule, type Principal } from "nest-google-auth";
       export const dynamic = GoogleAuthModule.forRoot({
         publicUrl: "https://api.example.com", secretKey: "x",
         google: { clientIds: ["a"] }, database: { connection: "default" } });
       export const nobody: Principal["userId"] = 1;`,
      );
      const { options } = ts.convertCompilerOptionsFromJson(
        { module, moduleResolution, target: "es2023", strict: true },
        folder,
      );
      const program = ts.createProgram([file], {
        ...options,
        noEmit: true,
        types: ["node"],
        typeRoots: [inHost("node_modules/@types")],
      });
      const errors = ts
        .getPreEmitDiagnostics(program)
        .filter(({ file: where }) =>
          /host\/[^/]*$|nest-google-auth\/dist/.test(where?.fileName ?? ""),
        )
        .map(({ messageText }) =>
          ts.flattenDiagnosticMessageText(messageText, "\n"),
        );
      // Only the intended type error.
      expect(errors).toEqual([
        "Type 'number' is not assignable to type 'string'.",
      ]);
    },
    120_000,
  );

  it("exports what docs/api says", () => {
    expect(entryPoints().length).toBeGreaterThanOrEqual(3);
    const stale = staleReports({ write: false });
    if (stale.length > 0) {
      throw new Error(`${stale.join(", ")} changed. Run: npm run api`);
    }
  }, 180_000);
});

/**
 * The number of packages installed in a folder, and their size in kilobytes.
 */
function sizeOf(folder: string): { packages: number; kilobytes: number } {
  const { packages } = JSON.parse(
    readFileSync(join(folder, "package-lock.json"), "utf8"),
  ) as { packages: object };
  const bytes = execFileSync("du", ["-sb", join(folder, "node_modules")], {
    encoding: "utf8",
  });
  return {
    packages: Object.keys(packages).length - 1,
    kilobytes: Number(bytes.split("\t", 1)[0]) / 1000,
  };
}
