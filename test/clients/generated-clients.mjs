// Generates clients from an OpenAPI file with openapi-typescript and
// @hey-api/openapi-ts, compiles a program for each in strict mode, and signs in
// with the second. Prints the compiler's messages and the responses.
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createClient } from "@hey-api/openapi-ts";
import { build } from "esbuild";

const { file, url, idToken } = JSON.parse(process.argv[2]);
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** A front end's code that uses every type. */
const withHeyApi = `
import { createNonce, getMe, listSessions, refreshTokens, signInWithGoogle, signOut } from "./hey-api/sdk.gen";
import { client } from "./hey-api/client.gen";

client.setConfig({ baseUrl: ${JSON.stringify(url)} });

export async function use(idToken: string) {
  const nonce = await createNonce();
  const seconds: number | undefined = nonce.data?.expiresIn;
  const first = await signInWithGoogle({ body: { idToken, device: "test", profile: { any: ["thing"] } } });
  if (!first.data) throw new Error(first.error?.code);
  const { accessToken, user, isNewUser } = first.data;
  const email: string | null = user.email;
  const anything: unknown = user.profile["anything"];
  const refused = await signInWithGoogle({ body: { credential: "guess" } });
  const auth = { headers: { Authorization: "Bearer " + accessToken } };
  const me = await getMe(auth);
  const sessions = await listSessions(auth);
  const device: string | null | undefined = sessions.data?.[0]?.device;
  const next = await refreshTokens({ body: { refreshToken: first.data.refreshToken } });
  const left = await signOut({ headers: { Authorization: "Bearer " + (next.data?.accessToken ?? "") } });
  // Without a body, for the cookie mode.
  const none = await refreshTokens();
  return { seconds, email, isNewUser, anything, device, me: me.data?.id === user.id,
    code: refused.error?.code, left: left.response?.status, none: none.error?.code };
}
`;

const withOpenApiTypescript = `
import type { components, operations, paths } from "./schema";

type Body = paths["/auth/google"]["post"]["requestBody"]["content"]["application/json"];
export const body: Body = { idToken: "…", nonce: "…", profile: { any: 1 } };
// @ts-expect-error a token is needed
export const none: Body = { nonce: "…" };
export const optional: operations["refreshTokens"]["requestBody"] = undefined;
type Codes = operations["endSession"]["responses"][404]["content"]["application/problem+json"]["code"];
export const code: Codes = "not_found";
// @ts-expect-error not a code of this status
export const other: Codes = "rate_limited";
export const keys = (set: components["schemas"]["JwksDto"]) => set.keys[0]?.kid;
export const user = (u: components["schemas"]["UserDto"]): unknown => u.profile["x"];
`;

const folder = await mkdtemp(join(root, "node_modules/.generated-clients-"));
try {
  // The generator reports on standard output that it does not support DPoP.
  console.log = console.error;
  await createClient({
    input: file,
    output: { path: join(folder, "hey-api"), postProcess: [] },
    plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
    logs: { level: "silent" },
  });
  run(join(root, "node_modules/openapi-typescript/bin/cli.js"), [
    file,
    "-o",
    join(folder, "schema.ts"),
  ]);
  await writeFile(join(folder, "hey-api.ts"), withHeyApi);
  await writeFile(
    join(folder, "open-api-typescript.ts"),
    withOpenApiTypescript,
  );
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        ...{ noEmit: true, strict: true, skipLibCheck: true, types: [] },
        ...{ target: "es2022", lib: ["es2022", "dom", "dom.iterable"] },
        ...{ module: "esnext", moduleResolution: "bundler" },
      },
      files: ["hey-api.ts", "open-api-typescript.ts"],
    }),
  );
  const compiled = run(join(root, "node_modules/typescript/bin/tsc"), [
    "-p",
    folder,
  ]);
  const bundle = join(folder, "bundle.mjs");
  await build({
    entryPoints: [join(folder, "hey-api.ts")],
    outfile: bundle,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
  });
  const { use } = await import(pathToFileURL(bundle).href);
  const used = await use(idToken);
  process.stdout.write(JSON.stringify({ compiled, used }));
} finally {
  await rm(folder, { recursive: true, force: true });
}

function run(program, args) {
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
  });
  return `${stdout}${stderr}`.replaceAll(folder, "");
}
