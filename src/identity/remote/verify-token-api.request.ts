import {
  fetchJson,
  type FetchedJson,
  UnwantedAnswerError,
} from "../../common/fetch-json";
import type {
  VerifyTokenAuthentication,
  VerifyTokenProvider,
} from "./verify-token-provider";

/**
 * What a Verify Token API says about a token. Any of these results means that
 * the API is up.
 */
export type VerifyTokenAnswer =
  /** Not checked yet. */
  | {
      readonly kind: "active";
      readonly claims: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: "refused";
      readonly isExpired: boolean;
      readonly status: number;
    }
  /** An answer that says neither: a page, a redirect, no JSON object, more than 64 kB, 408, 429. */
  | { readonly kind: "malformed"; readonly cause: unknown };

/** A proxy requires credentials. */
const proxyAuthenticationRequired = 407;
/**
 * Client errors that say nothing about the token: a time-out, too many
 * requests. Nor do they mean that the API is down: they may be caused by a
 * flood of bad tokens, which must not open the circuit for everyone.
 */
const noVerdictStatuses = [408, 429];
/** All others are verdicts on the token, the only thing a caller can change. */
const refusalStatuses = Array.from({ length: 100 }, (_, i) => 400 + i).filter(
  (status) =>
    status !== proxyAuthenticationRequired &&
    !noVerdictStatuses.includes(status),
);
/**
 * How APIs, including ours, refuse our own credentials: not a verdict on the
 * token.
 */
const callerIsRefused = ["unauthenticated", "invalid_client"];
/** Statuses of a gateway before the API, or of a restart: worth a retry. */
const transientStatuses = [502, 503, 504];
/** Codes of connections that failed or broke off. */
const connectionErrors =
  /^(?:ECONN\w+|EPIPE|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_(?:SOCKET|CONNECT_TIMEOUT))$/;
const maxAnswerBytes = 64 * 1024;

/**
 * Asks a Verify Token API about a token, once.
 *
 * @param token safe to send
 * @param timeoutMilliseconds how long the answer may take, body included
 * @throws Error for an outage: network, time-out, 5xx, or the API or a proxy
 *   refuses our credentials; its message contains nothing from the response
 */
export async function askVerifyTokenApi(
  token: string,
  provider: VerifyTokenProvider,
  timeoutMilliseconds: number,
): Promise<VerifyTokenAnswer> {
  const { url, clientId, tokenType = "id_token", authentication } = provider;
  const name = `The verify token API of ${provider.name}`;
  let fetched: FetchedJson;
  try {
    fetched = await fetchJson(url, {
      name,
      json: { token_type: tokenType, token, client_id: clientId },
      headers: authentication ? headersOf(authentication) : {},
      timeoutMilliseconds,
      maxBytes: maxAnswerBytes,
      alsoStatuses: refusalStatuses,
    });
  } catch (error) {
    if (isOutage(error)) throw error;
    const status = error instanceof UnwantedAnswerError ? error.status : 0;
    // A refusal status is sufficient regardless of the body.
    return refusalStatuses.includes(status)
      ? { kind: "refused", isExpired: false, status }
      : { kind: "malformed", cause: error };
  }
  const { status, value } = fetched;
  const answer = Object(value) as Readonly<Record<string, unknown>>;
  if (refusalStatuses.includes(status)) return refusalOf(answer, status, name);
  const { active = true } = answer;
  if (active === false) return { kind: "refused", isExpired: false, status };
  const isObject = value === answer && !Array.isArray(value);
  return isObject && active === true
    ? { kind: "active", claims: answer }
    : {
        kind: "malformed",
        cause: new UnwantedAnswerError(
          `${name} does not say whether the token is active`,
          status,
        ),
      };
}

function isOutage(error: unknown): boolean {
  if (error instanceof UnwantedAnswerError) {
    return error.status >= 500 || error.status === proxyAuthenticationRequired;
  }
  // fetch reports a redirect like a network failure, but the API has answered.
  const { cause } = Object(error) as { cause?: unknown };
  const { message } = Object(cause) as { message?: unknown };
  return message !== "unexpected redirect";
}

/** Whether a retry may succeed: no connection, or 502, 503, 504. */
export function isTransient(error: unknown): boolean {
  if (error instanceof UnwantedAnswerError) {
    return transientStatuses.includes(error.status);
  }
  const { cause } = Object(error) as { cause?: unknown };
  const { code } = Object(cause) as { code?: unknown };
  return typeof code === "string" && connectionErrors.test(code);
}

/** @throws Error if the API refuses our credentials */
function refusalOf(
  { code, error }: Readonly<Record<string, unknown>>,
  status: number,
  name: string,
): VerifyTokenAnswer {
  const words = [code, error];
  const isAboutUs = words.some((word) =>
    callerIsRefused.includes(word as string),
  );
  if ([401, 403].includes(status) && isAboutUs) {
    throw new Error(`${name} refuses our credentials`);
  }
  return {
    kind: "refused",
    isExpired: words.includes("token_expired"),
    status,
  };
}

function headersOf(authentication: VerifyTokenAuthentication) {
  if ("token" in authentication) {
    return { authorization: `Bearer ${authentication.token}` };
  }
  const { id, secret } = authentication;
  const pair = Buffer.from(`${id}:${secret}`).toString("base64");
  return { authorization: `Basic ${pair}` };
}
