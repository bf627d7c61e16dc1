import { type DocumentedVariable, documentedVariables } from "./variables";

const lineLength = 80;

/**
 * Values for variables that have no constant default. None of them is a secret:
 * an unedited copy of the file must not work in production.
 */
const examples: Readonly<Record<string, string>> = {
  HOST: "127.0.0.1",
  PUBLIC_URL: "https://auth.example.com",
  DATABASE_URL: "postgresql://user:password@localhost:5432/app",
  GOOGLE_CLIENT_IDS:
    "web=000000000000-replace-me-web.apps.googleusercontent.com,ios=000000000000-replace-me-ios.apps.googleusercontent.com,android=000000000000-replace-me-android.apps.googleusercontent.com",
  GOOGLE_HOSTED_DOMAINS: "example.com,example.org",
  GOOGLE_CLIENT_SECRET: "GOCSPX-replace-me",
  GOOGLE_REDIRECT_URIS: "https://app.example.com/callback",
  APP_URL: "https://app.example.com/",
  APP_REDIRECT_URLS: "https://app.example.com/cart",
  ACCESS_TOKEN_AUDIENCE: "https://api.example.com",
  CORS_ORIGINS: "https://app.example.com,capacitor://localhost",
  TRUSTED_PROXIES: "10.0.0.0/8",
  DOCS: "off",
};

const head = `# Every variable of the service. Generated from the code by \`npm run docs\`.
#
# Copy this file to .env and edit the copy. Lines without "#" must be edited;
# lines with "#" show the default, or an example if a variable has no default.
# Variables set in the environment take precedence over the file.
`;

const foot = `# --- docker-compose.yml only; the service does not read it ---

# The password of the PostgreSQL that Compose starts. It is used in a URL, so
#   use letters and digits only: \`openssl rand -hex 24\`.
# POSTGRES_PASSWORD=
`;

/** .env.example: every variable, commented. */
export function envExampleFile(): string {
  return [head, ...documentedVariables().map(entry), foot].join("\n");
}

function entry(variable: DocumentedVariable): string {
  const { name, purpose, rule, required } = variable;
  const value = variable.defaultValue ?? examples[name] ?? "";
  const prefix = required === "always" ? "" : "# ";
  return [
    ...comment(purpose),
    ...comment(`Rule: ${rule}.`),
    ...comment(`Default: ${defaultOf(variable)}`),
    ...(required === "never" ? [] : comment(`Required: ${required}.`)),
    `${prefix}${name}=${value}`,
    "",
  ].join("\n");
}

function defaultOf({ defaultValue, defaultText }: DocumentedVariable): string {
  return `${defaultValue ?? defaultText?.replaceAll("`", "") ?? "none"}.`;
}

/** Wraps a text into comment lines. */
function comment(text: string): string[] {
  const lines = ["#"];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? "";
    if (`${line} ${word}`.length <= lineLength) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else {
      lines.push(`#   ${word}`);
    }
  }
  return lines;
}
