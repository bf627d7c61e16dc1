import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { readSeams } from "../tools/docs/seam.reader";
import { documentedVariables } from "../tools/docs/variables";

const root = resolve(__dirname, "..");
const read = (page: string) => readFileSync(resolve(root, page), "utf8");

/** The rows of a page's first table, without Markdown syntax. */
function rowsOf(page: string): string[][] {
  return [...read(page).matchAll(/^\| (.*) \|$/gm)].map(([, row]) =>
    (row ?? "")
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replace(/^\[|\]\(.*\)$|`/g, "")),
  );
}

describe("docs/seams.md", () => {
  it("lists exactly the files of `git ls-files 'src/*.port.ts'`", () => {
    const files = execFileSync("git", ["ls-files", "src/*.port.ts"], {
      ...{ cwd: root, encoding: "utf8" },
    });
    expect(readSeams().map(({ file }) => file)).toEqual(
      files.trim().split("\n"),
    );
    const names = readSeams().map(({ name }) => name);
    const headings = [...read("docs/seams.md").matchAll(/^## (.+)$/gm)];
    expect(headings.map(([, heading]) => heading)).toEqual(names);
  });

  it("names the actual default providers", () => {
    const [, , ...rows] = rowsOf("docs/seams.md");
    expect(Object.fromEntries(rows)).toEqual({
      AuditSink: "LogAuditSink",
      AccessTokenClaims: "NoAccessTokenClaims",
      SignInHooks: "NoSignInHooks",
      SignInPolicy: "ConfiguredSignInPolicy",
      Clock: "SystemClock",
      IdentityVerifier: "GoogleIdTokenVerifier",
      SecurityEventHandler: "ProtectingSecurityEventHandler",
      Revocations: "PostgresRevocations",
      SessionStore: "PostgresSessionStore",
      SignInStore: "PostgresSignInStore or ComposedSignInStore",
      SigningKeys: "StoredSigningKeys or PemSigningKeys",
      ProfileSchema: "OpenProfileSchema",
      UserDirectory: "PostgresUserDirectory",
    });
  });
});

it("docs/configuration.md lists every variable with its option", () => {
  const [head, , ...rows] = rowsOf("docs/configuration.md");
  expect(head).toEqual(["Variable", "Option", "Purpose", "Default", "Rule"]);
  expect(rows.map(([variable, option]) => [variable, option])).toEqual(
    documentedVariables().map(({ name, option = "" }) => [name, option]),
  );
});
