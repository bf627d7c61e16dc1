import { AuthError } from "../../common/auth-error";
import type { AuthErrorCode } from "../../common/auth-error-codes";
import type { IdentityVerifier } from "../identity-verifier.port";
import type { VerifiedIdentity } from "../verified-identity";
import {
  type Check,
  formChecks,
  isRefusalOf,
  keyChecks,
  libraryCheck,
  membersOf,
} from "./id-token.checks";
import { claimChecks } from "./id-token.claim-checks";
import { type ClaimRules, identityFromClaims } from "./id-token.claims";
import { parseIdToken } from "./id-token.parser";

/** How a check ended. */
export type CheckOutcome =
  /** Nothing against the token. */
  | { readonly kind: "ok" }
  /** The service would refuse for this, or would if nothing before it did. */
  | {
      readonly kind: "refused";
      readonly code: AuthErrorCode;
      readonly reason: string;
    }
  /** A fault before it leaves nothing to look at. */
  | { readonly kind: "not-reached" }
  /** Google's keys were not asked for, or could not be had. */
  | { readonly kind: "not-checked" };

export interface CheckFinding {
  /** A stable name. */
  readonly check: string;
  /** What it demands, for people. */
  readonly demands: string;
  readonly outcome: CheckOutcome;
}

/** What the verifier thinks of a token, check by check. */
export interface IdTokenInspection {
  /** As it was sent; null when it cannot be read. Nothing in it is proved. */
  readonly header: Readonly<Record<string, unknown>> | null;
  /** As it was sent; null when it cannot be read. Nothing in it is proved. */
  readonly claims: Readonly<Record<string, unknown>> | null;
  /** In the order of the verifier, which stops at the first refusal. */
  readonly findings: readonly CheckFinding[];
  /**
   * Whom it would be about without its faults; null when there are too many.
   * For explaining only: nothing in it is proved, and some may be made up.
   */
  readonly identity: Omit<VerifiedIdentity, "tokenDigest"> | null;
  /** The later checks, by name, that nothing can be said of. */
  readonly hidden: ReadonlySet<string>;
}

/**
 * Explains an ID token: the verifier's own checks, of which more than the
 * first that fails is heard. No part of a sign-in.
 *
 * @param token untrusted
 * @param verifier null leaves out what needs Google's keys
 */
export async function inspectIdToken(
  token: string,
  rules: ClaimRules,
  verifier: IdentityVerifier | null,
): Promise<IdTokenInspection> {
  const hidden = new Set<string>();
  const form = hear(formChecks, token, parseIdToken, hidden);
  // After a fault in the form, the verifier asks for no key.
  const isFormGood = form.findings.every(
    ({ outcome }) => outcome.kind === "ok",
  );
  const judgement =
    verifier && isFormGood ? await judgementOf(verifier, token) : "not-checked";
  const [clientId = ""] = rules.clientIds;
  const content = form.value && {
    claims: form.value.claims,
    nowSeconds: rules.nowSeconds,
    clientId,
  };
  const claims = content
    ? hear(
        claimChecks,
        content,
        (exhibit) =>
          identityFromClaims(exhibit.claims, {
            ...rules,
            nowSeconds: exhibit.nowSeconds,
          }),
        hidden,
      )
    : { value: null, findings: claimChecks.map(unreached) };
  const [header, payload] = [membersOf(token, 0), membersOf(token, 1)];
  return {
    header: typeof header === "string" ? null : header,
    claims: typeof payload === "string" ? null : payload,
    findings: [
      ...form.findings,
      ...keyFindings(isFormGood ? judgement : "not-reached"),
      ...claims.findings,
      libraryFinding(isFormGood ? judgement : "not-reached"),
    ],
    identity: claims.value,
    hidden,
  };
}

/** What the verifier said of the whole token: its refusal, or null for none. */
type Judgement = AuthError | null | "not-checked" | "not-reached";

async function judgementOf(
  verifier: IdentityVerifier,
  token: string,
): Promise<Judgement> {
  try {
    await verifier.verify(token);
    return null;
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return error.code === "identity_provider_unavailable"
      ? "not-checked"
      : error;
  }
}

function keyFindings(judgement: Judgement): CheckFinding[] {
  if (typeof judgement === "string") {
    return keyChecks.map((check) => finding(check, { kind: judgement }));
  }
  const at = keyChecks.findIndex(({ reasons }) =>
    reasons.includes(judgement?.reason ?? ""),
  );
  return keyChecks.map((check, index) => {
    if (at === -1 || index < at) return finding(check, { kind: "ok" });
    return index === at && judgement
      ? finding(check, refusalOf(judgement))
      : unreached(check);
  });
}

function libraryFinding(judgement: Judgement): CheckFinding {
  if (typeof judgement === "string") {
    return finding(libraryCheck, { kind: judgement });
  }
  if (judgement && libraryCheck.reasons.includes(judgement.reason ?? "")) {
    return finding(libraryCheck, refusalOf(judgement));
  }
  // The verifier hears it before the claims and believes it after them.
  return judgement ? unreached(libraryCheck) : finding(libraryCheck, ok);
}

const ok = { kind: "ok" } as const;

/**
 * Runs what checks, and mends the fault of each refusal to hear the next.
 *
 * @param hidden gets the names of the checks that mending has made worthless
 */
function hear<Exhibit, Value>(
  checks: readonly Check<Exhibit>[],
  exhibit: Exhibit,
  run: (exhibit: Exhibit) => Value,
  hidden: Set<string>,
): { readonly value: Value | null; readonly findings: CheckFinding[] } {
  const refusals = new Map<number, AuthError>();
  let furthest = -1;
  let current = exhibit;
  let value: Value | null = null;
  // Mending may bring a check to refuse that has passed: two rounds will do.
  for (let left = 2 * checks.length; left >= 0; left -= 1) {
    const outcome = attempt(() => run(current));
    if (!(outcome instanceof AuthError)) {
      value = outcome.value;
      furthest = checks.length;
      break;
    }
    const at = checks.findIndex((one) => isRefusalOf(one, outcome, current));
    const check = checks[at];
    if (!check) {
      // One that has no entry in the table yet: it still has to be told.
      return {
        value: null,
        findings: [
          ...findingsUpTo(checks, furthest + 1, refusals, hidden),
          finding(
            { name: "other", demands: "nothing else against it" },
            refusalOf(outcome),
          ),
        ],
      };
    }
    // What it refuses after it has passed is the doing of a mended fault.
    const isNews = at > furthest;
    if (isNews && !hidden.has(check.name)) refusals.set(at, outcome);
    furthest = Math.max(furthest, at);
    const mended = check.mend?.(current) ?? null;
    if (mended === null) break;
    if (isNews) check.hides?.forEach((name) => hidden.add(name));
    current = mended;
  }
  return {
    value,
    findings: findingsUpTo(checks, furthest + 1, refusals, hidden),
  };
}

/** @param end how many of the checks have been heard */
function findingsUpTo<Exhibit>(
  checks: readonly Check<Exhibit>[],
  end: number,
  refusals: ReadonlyMap<number, AuthError>,
  hidden: ReadonlySet<string>,
): CheckFinding[] {
  return checks.map((check, index) => {
    const refusal = refusals.get(index);
    if (refusal) return finding(check, refusalOf(refusal));
    return index >= end || hidden.has(check.name)
      ? unreached(check)
      : finding(check, ok);
  });
}

function attempt<Value>(
  run: () => Value,
): { readonly value: Value } | AuthError {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
}

type Named = Pick<Check<never>, "name" | "demands">;

function finding(
  { name, demands }: Named,
  outcome: CheckOutcome,
): CheckFinding {
  return { check: name, demands, outcome };
}

function unreached(check: Named): CheckFinding {
  return finding(check, { kind: "not-reached" });
}

function refusalOf({ code, reason }: AuthError): CheckOutcome {
  return { kind: "refused", code, reason: reason ?? code };
}
