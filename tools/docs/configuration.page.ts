import { page, table } from "./markdown";
import { generatedNotice } from "./project";
import { type DocumentedVariable, documentedVariables } from "./variables";

/**
 * docs/configuration.md: every environment variable, and the equivalent option
 * of the module.
 */
export function configurationPage(): Promise<string> {
  const variables = documentedVariables();
  return page([
    generatedNotice,
    "# Configuration",
    `The service is configured by environment variables. It also reads a file \`.env\` in
the folder it is started from; variables set in the environment take precedence over the
file. [\`.env.example\`](../.env.example) has every variable with its default.`,
    `The configuration is validated before anything starts. All problems are reported together,
by name and rule and never by value. \`node dist/cli.js check-config\` only validates; it
ignores the defaults that exist outside production.`,
    `- An empty value counts as absent. Spaces around a value are ignored.
- A list is separated by commas.
- A switch may be written \`on\`, \`true\` or \`1\`, and \`off\`, \`false\` or \`0\`.`,
    `The options of \`GoogleAuthModule\` correspond to the variables and have the same rules; the second
column has their names. In the options, lists are arrays, switches are booleans, a limit is
\`{ count, seconds }\` or \`"off"\`, \`VERIFY_TOKEN_PROVIDERS\` is an array of objects,
\`refresh.transport\` is \`"auto"\` or \`"body"\` for \`browser\` and \`off\`, and \`secretKey\` may
be a string if there is no previous one. Instead of \`database.url\`,
\`database.connection\` may name a TypeORM DataSource of the application. Variables without
an option apply only to the service.`,
    table(
      ["Variable", "Option", "Purpose", "Default", "Rule"],
      variables.map((variable) => [
        `\`${variable.name}\``,
        variable.option === undefined ? "" : `\`${variable.option}\``,
        variable.purpose,
        defaultOf(variable),
        `${capitalized(variable.rule)}.`,
      ]),
    ),
    "## Required variables",
    `Always: ${namesOf(variables, ["always"])}.`,
    `With \`NODE_ENV=production\` no values are generated, so these are also required:
${namesOf(variables, ["in production"])}.`,
  ]);
}

function defaultOf({ defaultValue, defaultText }: DocumentedVariable): string {
  if (defaultValue !== undefined) return `\`${defaultValue}\``;
  return defaultText ?? "**required**";
}

function namesOf(
  variables: readonly DocumentedVariable[],
  required: readonly DocumentedVariable["required"][],
): string {
  return variables
    .filter((variable) => required.includes(variable.required))
    .map(({ name }) => `\`${name}\``)
    .join(", ");
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
