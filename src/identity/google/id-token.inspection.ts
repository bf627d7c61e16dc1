import { AuthError } from "../../common/auth-error";
import type { AuthErrorCode } from "../../common/auth-error-codes";
import type { VerifiedIdentity } from "../verified-identity";
import { refusalOf } from "./check";
import {
  idTokenChecks,
  type KeySource,
  UnverifiedIdToken,
} from "./id-token.checks";
import { type ClaimRules, identityOf } from "./id-token.claims";

/** The result of a check. */
export type CheckOutcome =
  | { readonly kind: "ok" }
  /** The service refuses for this, or would if all checks before it had passed. */
  | {
      readonly kind: "refused";
      readonly code: AuthErrorCode;
      readonly reason: string;
    }
  /** It needs an earlier check that has not passed. */
  | { readonly kind: "not-reached" }
  /** Google's keys were not fetched, or are unavailable. */
  | { readonly kind: "not-checked" };

export interface CheckFinding {
  /** A stable name. */
  readonly check: string;
  /** What it requires, for people. */
  readonly demands: string;
  readonly outcome: CheckOutcome;
}

/** The result of every check of a sign-in for a token. */
export interface IdTokenInspection {
  /** As sent, not verified; null if it cannot be parsed. */
  readonly header: Readonly<Record<string, unknown>> | null;
  /** As sent, not verified; null if it cannot be parsed. */
  readonly claims: Readonly<Record<string, unknown>> | null;
  /** In the order of a sign-in, which stops at the first refusal. */
  readonly findings: readonly CheckFinding[];
  /**
   * The claims that a sign-in policy uses, regardless of signature, client and
   * time; null if they are malformed. Not verified.
   */
  readonly identity: Omit<VerifiedIdentity, "tokenDigest"> | null;
}

/**
 * Explains an ID token by all the checks of a sign-in, which itself stops at
 * the first that does not pass. Never a part of a sign-in.
 *
 * @param text untrusted
 * @param keys null leaves out the checks that need Google's keys
 */
export async function inspectIdToken(
  text: string,
  rules: ClaimRules,
  keys: KeySource | null,
): Promise<IdTokenInspection> {
  const token = new UnverifiedIdToken(text, rules, keys ?? noKeys);
  const outcomes = new Map<string, CheckOutcome>();
  for (const check of idTokenChecks) {
    const needed = check.needs?.map((name) => outcomes.get(name)) ?? [];
    const blocking = needed.find((outcome) => outcome?.kind !== "ok");
    outcomes.set(
      check.name,
      blocking
        ? {
            kind:
              blocking.kind === "not-checked" ? blocking.kind : "not-reached",
          }
        : await outcomeOf(check, token),
    );
  }
  const isOk = (name: string) => outcomes.get(name)?.kind === "ok";
  const { header, payload } = token;
  return {
    header: typeof header === "string" ? null : header,
    claims: typeof payload === "string" ? null : payload,
    findings: idTokenChecks.map(({ name, demands }) => ({
      check: name,
      demands,
      outcome: outcomes.get(name) ?? { kind: "not-reached" },
    })),
    identity: accountChecks.every(isOk)
      ? // May have any type if their checks have not passed.
        identityOf({ ...token.claims, ...placeholders })
      : null,
  };
}

/** The checks of the claims that a policy uses. */
const accountChecks = [
  "subject",
  "email-form",
  "nonce-form",
  "hosted-domain-form",
];
const placeholders = { aud: "", azp: "", iat: 0, exp: 0 };

async function outcomeOf(
  check: (typeof idTokenChecks)[number],
  token: UnverifiedIdToken,
): Promise<CheckOutcome> {
  let refusal: AuthError;
  try {
    if (await check.passes(token)) return { kind: "ok" };
    refusal = refusalOf(check, token);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    if (error.code === unavailable) return { kind: "not-checked" };
    refusal = error;
  }
  const { code, reason = code } = refusal;
  return { kind: "refused", code, reason };
}

const unavailable = "identity_provider_unavailable";
const noKeys: KeySource = {
  find: () => Promise.reject(new AuthError(unavailable)),
};
