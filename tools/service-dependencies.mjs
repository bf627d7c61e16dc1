/**
 * Derives the package.json of the service from that of the package: the service
 * must install the peer dependencies, which applications provide themselves.
 * Run it in a copy, before `npm ci --omit=dev`.
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
