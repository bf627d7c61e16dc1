/**
 * Makes the package.json of the service out of that of the package: what a team
 * brings itself, as a peer dependency, the service has to install. Run it in a
 * copy, before `npm ci --omit=dev`.
 */
import { readFileSync, writeFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const { devDependencies, peerDependencies } = manifest;
for (const name of Object.keys(peerDependencies)) {
  manifest.dependencies[name] = devDependencies[name];
  delete devDependencies[name];
}
delete manifest.peerDependencies;
delete manifest.peerDependenciesMeta;
writeFileSync("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
