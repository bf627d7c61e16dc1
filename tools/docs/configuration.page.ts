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
    `The service is configured by environment variables. It also reads a file \`.env\` in the working
directory; environment variables take precedence over the file.
[\`.env.example\`](../.env.example) contains all variables with their defaults.`,
    `The configuration is validated before the service starts. All problems are reported together, with
name and rule but never with the value. \`node dist/cli.js check-config\` only validates; it does not
apply the defaults that exist outside production.`,
    `- An empty value counts as absent. Whitespace around a value is removed.
- Lists are comma-separated.
- A switch may be written \`on\`, \`true\` or \`1\`, and \`off\`, \`false\` or \`0\`.`,
    `The options of \`GoogleAuthModule\` are equivalent and validated by the same rules; the second column
has their names. As options, lists are arrays, switches are booleans, a limit is
\`{ count, seconds }\` or \`"off"\`, \`VERIFY_TOKEN_PROVIDERS\` is an array of objects,
\`refresh.transport\` is \`"auto"\` or \`"body"\` for \`browser\` and \`off\`, and \`secretKey\` may be a
string if there is no previous key. Instead of \`database.url\`, \`database.connection\` can name the
application's own TypeORM DataSource. Variables without an option only apply to the service.`,
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
    `With \`NODE_ENV=production\` there are no generated values, so these are required as well:
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
