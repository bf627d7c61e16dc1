import { verify } from "node:crypto";
import { GoogleApiError } from "./api";
import type { KnownServiceAccount } from "./service-account";

/** The audience of tokens for the Cross-Account Protection API. */
export const RISC_API_AUDIENCE =
  "https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService";

type Json = Readonly<Record<string, unknown>>;

const LONGEST_SECONDS = 3600;
const CLOCK_SKEW_SECONDS = 60;
const SEE =
  "Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";

/**
 * Authenticates a service account by its self-signed token: RS256 with the
 * `kid` of its key, its address as `iss` and `sub`, the API as `aud`, and a
 * lifetime of at most an hour.
 * https://developers.google.com/identity/protocols/risc#auth_token
 *
 * @throws GoogleApiError 401 for any other token, 403 if the account does not
 *   have the role
 */
export function authenticateServiceAccount(
  accounts: readonly KnownServiceAccount[],
  authorization: string | undefined,
  now: Date,
): KnownServiceAccount {
  if (authorization === undefined) {
    throw new GoogleApiError(
      401,
      `Request is missing required authentication credential. ${SEE}`,
    );
  }
  const [, token = ""] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  const account = signerOf(accounts, token, now.getTime() / 1000);
  if (account === undefined) {
    throw new GoogleApiError(
      401,
      `Request had invalid authentication credentials. ${SEE}`,
    );
  }
  if (!account.riscAdmin) {
    throw new GoogleApiError(403, "The caller does not have permission");
  }
  return account;
}

function signerOf(
  accounts: readonly KnownServiceAccount[],
  token: string,
  nowSeconds: number,
): KnownServiceAccount | undefined {
  const [header = "", payload = "", signature = "", ...rest] = token.split(".");
  const { alg, kid } = parsed(header);
  const account = accounts.find(({ key }) => key.kid === kid);
  const isSigned =
    account !== undefined &&
    rest.length === 0 &&
    alg === "RS256" &&
    verify(
      "sha256",
      Buffer.from(`${header}.${payload}`),
      account.key.publicKey,
      Buffer.from(signature, "base64url"),
    );
  return isSigned && isGood(parsed(payload), account.email, nowSeconds)
    ? account
    : undefined;
}

function isGood(
  { iss, sub, aud, iat, exp }: Json,
  email: string,
  nowSeconds: number,
): boolean {
  return (
    iss === email &&
    sub === email &&
    aud === RISC_API_AUDIENCE &&
    typeof iat === "number" &&
    typeof exp === "number" &&
    iat <= nowSeconds + CLOCK_SKEW_SECONDS &&
    exp > nowSeconds &&
    exp - iat <= LONGEST_SECONDS
  );
}

function parsed(segment: string): Json {
  try {
    const text = Buffer.from(segment, "base64url").toString();
    return { ...(JSON.parse(text) as Json | null) };
  } catch {
    return {};
  }
}
