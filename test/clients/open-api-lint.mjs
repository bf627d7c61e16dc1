// Lints an OpenAPI file with the recommended rules of Redocly and Spectral, and
// prints every finding, including warnings and hints.
import { readFile } from "node:fs/promises";
import * as redocly from "@redocly/openapi-core";
import spectralCore from "@stoplight/spectral-core";
import spectralRulesets from "@stoplight/spectral-rulesets";

const { file } = JSON.parse(process.argv[2]);
const source = await readFile(file, "utf8");

const config = await redocly.createConfig({ extends: ["recommended"] });
const ofRedocly = await redocly.lintFromString({
  source,
  absoluteRef: file,
  config,
});

const spectral = new spectralCore.Spectral();
spectral.setRuleset({ extends: [[spectralRulesets.oas, "recommended"]] });
const ofSpectral = await spectral.run(source);

const findings = [
  ...ofRedocly.map(
    ({ ruleId, message, location }) =>
      `redocly ${ruleId}: ${message} ${location[0]?.pointer}`,
  ),
  ...ofSpectral.map(
    ({ code, message, path }) =>
      `spectral ${code}: ${message} #/${path.join("/")}`,
  ),
];
console.log(JSON.stringify({ findings }));
