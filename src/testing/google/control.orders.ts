import { checkFields, EmulatorInputError } from "./emulator-input";
import type { AuthorizationCodeOptions } from "./authorization-code.options";
import {
  checkAccount,
  parseIdTokenOrder,
  requireOneOf,
} from "./id-token.order";
import type { SecurityReportOptions } from "./risc";

/** The JSON options of an authorization code. */
interface CodeOrder extends Omit<AuthorizationCodeOptions, "idToken"> {
  /** The JSON options of the ID token. */
  readonly idToken?: object;
}

/** The JSON options of a security event. */
interface EventOrder extends Pick<
  SecurityReportOptions,
  | "account"
  | "type"
  | "reason"
  | "state"
  | "refreshToken"
  | "tokenIdentifier"
  | "to"
  | "audience"
  | "event"
  | "claims"
  | "header"
> {
  /** ISO 8601. */
  readonly occurredAt?: string;
  readonly signWith?: "foreign";
  /** How many times it is sent concurrently. Default: 1. */
  readonly copies?: number;
  /** Whether the response waits for the last attempt. Default: true. */
  readonly wait?: boolean;
}

/** Validated options, and how to send the event. */
export interface ParsedEventOrder {
  readonly options: SecurityReportOptions;
  readonly copies: number;
  readonly wait: boolean;
}

const MOST_COPIES = 100;

/**
 * Parses the options of an authorization code.
 *
 * @throws EmulatorInputError naming the field and the allowed values
 */
export function parseCodeOrder(body: unknown): AuthorizationCodeOptions {
  const { account, idToken, ...order } = checkFields<CodeOrder>(
    "authorization code order",
    body,
    {
      account: ["string", "object"],
      clientId: "string",
      redirectUri: "string",
      codeChallenge: "string",
      codeChallengeMethod: "string",
      scope: "string",
      nonce: "string",
      offline: "boolean",
      idToken: "object",
      userInfo: "object",
      tokenAnswer: "object",
    },
  );
  return {
    ...order,
    account: account && checkAccount(account),
    idToken: idToken && parseIdTokenOrder(idToken),
  };
}

/**
 * Parses the options of a security event.
 *
 * @throws EmulatorInputError naming the field and the allowed values
 */
export function parseEventOrder(body: unknown): ParsedEventOrder {
  const order = checkFields<EventOrder>("security event order", body, {
    account: ["string", "object"],
    type: "string",
    reason: "string",
    state: "string",
    refreshToken: "string",
    tokenIdentifier: "string",
    occurredAt: "string",
    to: "string",
    copies: "number",
    wait: "boolean",
    audience: "string",
    event: "object",
    claims: "object",
    header: "object",
    signWith: "string",
  });
  requireOneOf("signWith", order.signWith, ["foreign"]);
  requireOneOf("tokenIdentifier", order.tokenIdentifier, [
    "hash_base64_sha512_sha512",
    "prefix",
  ]);
  const { account, occurredAt, copies = 1, wait = true, ...rest } = order;
  if (!Number.isInteger(copies) || copies < 1 || copies > MOST_COPIES) {
    throw new EmulatorInputError(
      `"copies" must be an integer from 1 to ${MOST_COPIES}.`,
    );
  }
  const options = {
    ...rest,
    account: account && checkAccount(account),
    occurredAt: occurredAt === undefined ? undefined : timeIn(occurredAt),
  };
  return { options, copies, wait };
}

function timeIn(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new EmulatorInputError('"occurredAt" must be an ISO 8601 time.');
  }
  return time;
}
