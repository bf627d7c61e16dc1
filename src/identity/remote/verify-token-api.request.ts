import {
  fetchJson,
  type FetchedJson,
  UnwantedAnswerError,
} from "../../common/fetch-json";
import type {
  VerifyTokenAuthentication,
  VerifyTokenProvider,
} from "./verify-token-provider";

/** What a Verify Token API says of a token, when it answers as it should. */
export type VerifyTokenAnswer =
  /** Nothing in it is checked. */
  | {
      readonly kind: "active";
      readonly answer: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "refused"; readonly isExpired: boolean };

/** How an API says no. */
const refusalStatuses = [400, 401, 403];
/** How APIs, ours among them, say that they do not know who asks: no word on the token. */
const callerIsRefused = ["unauthenticated", "invalid_client"];
/** Statuses of what stands before the API, or of its pauses: worth a second attempt. */
const passingStatuses = [502, 503, 504];
/** Codes of connections that did not come about or broke off. */
const connectionErrors =
  /^(?:ECONN\w+|EPIPE|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_(?:SOCKET|CONNECT_TIMEOUT))$/;
const maxAnswerBytes = 64 * 1024;

/**
 * Asks a Verify Token API about a token, once.
 *
 * @param token fit to be sent
 * @param timeoutMilliseconds how long the answer may take, body included
 * @throws Error when there is no such answer: network, time-out, status, a
 *   redirect, size (64 kB), no JSON object, or the API refuses us; nothing of
 *   the answer is in its message
 */
export async function askVerifyTokenApi(
  token: string,
  provider: VerifyTokenProvider,
  timeoutMilliseconds: number,
): Promise<VerifyTokenAnswer> {
  const { url, clientId, tokenType = "id_token", authentication } = provider;
  let fetched: FetchedJson;
  try {
    fetched = await fetchJson(url, {
      name: `The verify token API of ${provider.name}`,
      json: { token_type: tokenType, token, client_id: clientId },
      headers: authentication ? headersOf(authentication) : {},
      timeoutMilliseconds,
      maxBytes: maxAnswerBytes,
      alsoStatuses: refusalStatuses,
    });
  } catch (error) {
    // Whatever it says beside it, the status says no.
    if (!isRefusal(error)) throw error;
    return { kind: "refused", isExpired: false };
  }
  const { status, value } = fetched;
  const answer = Object(value) as Readonly<Record<string, unknown>>;
  if (refusalStatuses.includes(status)) return refusalOf(answer, provider.name);
  if (value !== answer || Array.isArray(value)) {
    throw new UnwantedAnswerError(
      `The verify token API of ${provider.name} answers no JSON object`,
      status,
    );
  }
  const { active = true } = answer;
  if (active === true) return { kind: "active", answer };
  if (active === false) return { kind: "refused", isExpired: false };
  throw new UnwantedAnswerError(
    `The verify token API of ${provider.name} does not say whether the token is active`,
    status,
  );
}

/** Whether a second attempt may end better: no connection, or 502, 503, 504. */
export function isPassing(error: unknown): boolean {
  if (error instanceof UnwantedAnswerError) {
    return passingStatuses.includes(error.status);
  }
  const { cause } = Object(error) as { cause?: unknown };
  const { code } = Object(cause) as { code?: unknown };
  return typeof code === "string" && connectionErrors.test(code);
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof UnwantedAnswerError &&
    refusalStatuses.includes(error.status)
  );
}

/** @throws Error when it is us whom the API refuses */
function refusalOf(
  { code, error }: Readonly<Record<string, unknown>>,
  name: string,
): VerifyTokenAnswer {
  const words = [code, error];
  if (words.some((word) => callerIsRefused.includes(word as string))) {
    throw new Error(`The verify token API of ${name} refuses our credentials`);
  }
  return { kind: "refused", isExpired: words.includes("token_expired") };
}

function headersOf(authentication: VerifyTokenAuthentication) {
  if ("token" in authentication) {
    return { authorization: `Bearer ${authentication.token}` };
  }
  const { id, secret } = authentication;
  const pair = Buffer.from(`${id}:${secret}`).toString("base64");
  return { authorization: `Basic ${pair}` };
}
