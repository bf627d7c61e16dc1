import { isThisMachine } from "./environment-rules";

/** Whether a value of `sslmode` or `ssl` in a URL means TLS to the `pg` driver. */
const modes: Readonly<Record<string, boolean>> = {
  disable: false,
  "0": false,
  false: false,
  prefer: true,
  require: true,
  "verify-ca": true,
  "verify-full": true,
  "no-verify": true,
  "1": true,
  true: true,
};

function queryOf(url: string): URLSearchParams {
  return URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams();
}

/** Undefined when the URL does not say. */
function tlsOfUrl(url: string): boolean | undefined {
  const query = queryOf(url);
  return modes[query.get("sslmode") ?? query.get("ssl") ?? ""];
}

/**
 * What is wrong with how a database is reached: DATABASE_URL contradicts
 * DATABASE_SSL (the driver would follow the URL), or in production it is not
 * specified whether to use TLS to another machine.
 *
 * @param ssl undefined when DATABASE_SSL is not set
 */
export function tlsProblem(
  url: string,
  ssl: boolean | undefined,
  isProduction: boolean,
): string | undefined {
  const ofUrl = tlsOfUrl(url);
  if (ssl === undefined) {
    return isProduction && ofUrl === undefined && isUnprotected(url, false)
      ? "DATABASE_SSL is not set and the database is on another machine: set it to on, or to off if nobody else can reach the network between"
      : undefined;
  }
  const isUnchecked = queryOf(url).get("sslmode") === "no-verify";
  const agrees =
    ofUrl === undefined || (ofUrl === ssl && !(ssl && isUnchecked));
  return agrees
    ? undefined
    : `DATABASE_SSL is ${ssl ? "on" : "off"}, but sslmode in DATABASE_URL contradicts it; set only one of them`;
}

/** Whether the connection to a database crosses a network without TLS. */
export function isUnprotected(url: string, ssl: boolean): boolean {
  if (!URL.canParse(url) || (tlsOfUrl(url) ?? ssl)) return false;
  const host = queryOf(url).get("host") ?? new URL(url).hostname;
  const isSocket = host === "" || /^(?:\/|%2f)/i.test(host);
  return !isSocket && !isThisMachine(host);
}
