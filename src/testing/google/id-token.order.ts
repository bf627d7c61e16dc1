import { checkFields, EmulatorInputError } from "./emulator-input";
import type { GoogleAccount } from "./accounts";
import { accountOf, type IdTokenOptions } from "./id-token.mint";
import type { GoogleKeyName } from "./key-ring";
import type { TokenAlgorithm } from "./token.signer";

/**
 * The JSON options of an ID token: `IdTokenOptions` without what JSON cannot
 * express. Because JSON has no `undefined`, claims and header members are
 * removed by name.
 */
export interface IdTokenOrder extends Omit<
  IdTokenOptions,
  "key" | "signWith" | "secret" | "rawHeader" | "rawPayload"
> {
  readonly key?: GoogleKeyName;
  readonly signWith?: "foreign";
  readonly secret?: string;
  readonly rawHeader?: string;
  readonly rawPayload?: string;
  /** Claims to remove. */
  readonly withoutClaims?: readonly string[];
  /** Header members to remove. */
  readonly withoutHeader?: readonly string[];
}

const KEY_NAMES: readonly GoogleKeyName[] = ["current", "next", "previous"];
const ALGORITHMS: readonly TokenAlgorithm[] = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "HS256",
  "none",
];

/**
 * Parses the JSON options.
 *
 * @throws EmulatorInputError naming the field and the allowed values
 */
export function parseIdTokenOrder(body: unknown): IdTokenOptions {
  const { withoutClaims, withoutHeader, ...order } = checkFields<IdTokenOrder>(
    "ID token order",
    body,
    {
      account: ["string", "object"],
      audience: "string",
      azp: "string",
      nonce: "string",
      claims: "object",
      header: "object",
      key: "string",
      signWith: "string",
      alg: "string",
      secret: "string",
      issuedSecondsAgo: "number",
      lifetimeSeconds: "number",
      rawHeader: "string",
      rawPayload: "string",
      withoutClaims: "strings",
      withoutHeader: "strings",
    },
  );
  requireOneOf("key", order.key, KEY_NAMES);
  requireOneOf("signWith", order.signWith, ["foreign"]);
  requireOneOf("alg", order.alg, ALGORITHMS);
  return {
    ...order,
    account: order.account && checkAccount(order.account),
    claims: { ...order.claims, ...removed(withoutClaims) },
    header: { ...order.header, ...removed(withoutHeader) },
  };
}

/**
 * Checks an account: the name of a predefined one, or all its fields.
 *
 * @throws EmulatorInputError naming the invalid field
 */
export function checkAccount(account: GoogleAccount | string): GoogleAccount {
  if (typeof account === "string") {
    return accountOf(account);
  }
  const checked = checkFields<GoogleAccount>("account", account, {
    sub: "string",
    email: "string",
    emailVerified: "boolean",
    hd: "string",
    name: "string",
    givenName: "string",
    familyName: "string",
    picture: "string",
  });
  if (checked.sub === undefined) {
    throw new EmulatorInputError('An account needs a "sub".');
  }
  return checked;
}

/** @throws EmulatorInputError if the field has another value */
export function requireOneOf(
  field: string,
  value: string | undefined,
  allowed: readonly string[],
): void {
  if (value !== undefined && !allowed.includes(value)) {
    throw new EmulatorInputError(
      `"${field}" must be one of ${allowed.join(", ")}.`,
    );
  }
}

function removed(names: readonly string[] = []): Record<string, undefined> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
