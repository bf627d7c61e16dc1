import { checkFields, EmulatorInputError } from "./emulator-input";
import type { AuthorizationCodeOptions } from "./authorization-code.options";
import {
  checkAccount,
  parseIdTokenOrder,
  requireOneOf,
} from "./id-token.order";
import type { SecurityReportOptions } from "./risc";

/** An authorization code as a tester orders it in JSON. */
interface CodeOrder extends Omit<AuthorizationCodeOptions, "idToken"> {
  /** An ID token order. */
  readonly idToken?: object;
}

/** A security event as a tester orders it in JSON. */
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
  /** How many times it is sent, at once. Default: 1. */
  readonly copies?: number;
  /** Whether the answer waits for the last attempt. Default: true. */
  readonly wait?: boolean;
}

/** A checked order, and how it is sent. */
export interface ParsedEventOrder {
  readonly options: SecurityReportOptions;
  readonly copies: number;
  readonly wait: boolean;
}

const MOST_COPIES = 100;

/**
 * Reads the order of an authorization code.
 *
 * @throws EmulatorInputError that names the field and what it may hold
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
 * Reads the order of a security event.
 *
 * @throws EmulatorInputError that names the field and what it may hold
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
