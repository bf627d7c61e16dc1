import { isThisMachine } from "./environment-rules";

/** What a database URL itself says of TLS, as the `pg` driver reads it. */
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

/** Undefined when it says nothing. */
function tlsOfUrl(url: string): boolean | undefined {
  const query = queryOf(url);
  return modes[query.get("sslmode") ?? query.get("ssl") ?? ""];
}

/**
 * How `sslmode` of a DATABASE_URL contradicts a DATABASE_SSL that somebody has
 * set, as a problem; the driver would obey the URL without a word.
 *
 * @param ssl undefined when DATABASE_SSL is not set
 */
export function tlsContradiction(
  url: string,
  ssl: boolean | undefined,
): string | undefined {
  const ofUrl = tlsOfUrl(url);
  const isUnchecked = queryOf(url).get("sslmode") === "no-verify";
  return ssl === undefined ||
    ofUrl === undefined ||
    (ofUrl === ssl && !(ssl && isUnchecked))
    ? undefined
    : `DATABASE_SSL is ${ssl ? "on" : "off"}, and sslmode in DATABASE_URL says otherwise; set one of them`;
}

/** Whether what is asked of a database goes over a network, and not by TLS. */
export function isUnprotected(url: string, ssl: boolean): boolean {
  if (!URL.canParse(url) || (tlsOfUrl(url) ?? ssl)) return false;
  const host = queryOf(url).get("host") ?? new URL(url).hostname;
  const isSocket = host === "" || /^(?:\/|%2f)/i.test(host);
  return !isSocket && !isThisMachine(host);
}
