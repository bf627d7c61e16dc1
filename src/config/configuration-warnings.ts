import type { Environment } from "./environment";
import { isUnprotected } from "./database-tls";
import { inProduction } from "./environment-rules";

/** What is allowed in production, and worth a line in the log at every start. */
export function configurationWarnings(environment: Environment): string[] {
  if (!inProduction(environment)) return [];
  const limits = [
    environment.RATE_LIMIT_SIGN_IN,
    environment.RATE_LIMIT_SIGN_IN_FAILURES,
    environment.RATE_LIMIT_REFRESH,
    environment.RATE_LIMIT_NONCE,
    environment.RATE_LIMIT_VERIFY_TOKEN,
  ];
  return [
    ...(limits.every((limit) => limit === "off")
      ? [
          "All rate limits are off (RATE_LIMIT_…): nothing here slows down who guesses tokens or floods sign-in.",
        ]
      : []),
    ...(isUnprotected(environment.DATABASE_URL, environment.DATABASE_SSL)
      ? [
          "The database is on another machine and is not asked by TLS: set DATABASE_SSL=on, unless the network between is private.",
        ]
      : []),
  ];
}
