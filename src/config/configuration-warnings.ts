import type { Environment } from "./environment";
import { isUnprotected } from "./database-tls";
import { inProduction } from "./environment-rules";

/** What is allowed but risky in production; logged at every start. */
export function configurationWarnings(environment: Environment): string[] {
  if (!inProduction(environment)) return [];
  const limits = [
    environment.RATE_LIMIT_SIGN_IN,
    environment.RATE_LIMIT_SIGN_IN_FAILURES,
    environment.RATE_LIMIT_REFRESH,
  ];
  return [
    ...(limits.every((limit) => limit === "off")
      ? [
          "All rate limits are off (RATE_LIMIT_…): nothing slows down clients that guess tokens or flood sign-in.",
        ]
      : []),
    ...(isUnprotected(environment.DATABASE_URL, environment.DATABASE_SSL)
      ? [
          "The connection to the database on another machine does not use TLS: set DATABASE_SSL=on, unless the network between is private.",
        ]
      : []),
  ];
}
