import type { Environment } from "../config/environment";
import { settingsOf } from "../config/settings";
import {
  type CheckFinding,
  type CheckOutcome,
  ConfiguredSignInPolicy,
  type IdTokenInspection,
} from "../index";

type AuthSettings = ReturnType<ReturnType<typeof settingsOf>["auth"]>;

/**
 * What the configuration says to whom the token is about, each rule by itself;
 * the policy is asked with that one rule only.
 */
export function policyFindings(
  { identity, hidden }: IdTokenInspection,
  environment: Environment,
): CheckFinding[] {
  const settings = settingsOf(environment).auth();
  const domains = settings.hostedDomains.join(", ");
  const outcome = (check: string, rules: Partial<AuthSettings>) =>
    identity && !hidden.has(check)
      ? admission(identity, { ...settings, ...rules })
      : ({ kind: "not-reached" } as const);
  return [
    {
      check: "hosted-domain",
      demands: domains ? `hd is ${domains}` : "any account, of any domain",
      outcome: outcome("hosted-domain", { requireVerifiedEmail: false }),
    },
    {
      check: "email-verified",
      demands: settings.requireVerifiedEmail
        ? "Google vouches for its e-mail address"
        : "with or without a verified e-mail address",
      outcome: outcome("email-verified", { hostedDomains: [] }),
    },
    {
      check: "nonce",
      demands:
        settings.oneTime.nonce === "required"
          ? "it carries a nonce of this service"
          : "with or without a nonce",
      outcome: nonceOutcome(identity?.nonce, settings, hidden),
    },
  ];
}

/** What only the database knows, and so nobody here. */
export function untold(
  { identity }: IdTokenInspection,
  environment: Environment,
): string[] {
  const { oneTime, signUp } = settingsOf(environment).auth();
  return [
    ...(identity?.nonce || oneTime.nonce === "required"
      ? ["whether its nonce was given out here, and is used up"]
      : []),
    ...(oneTime.idToken === "once"
      ? ["whether it has signed in before (GOOGLE_ID_TOKEN_USE=once)"]
      : []),
    ...(signUp === "closed"
      ? ["whether the user is known (SIGN_UP=closed)"]
      : []),
    "whether the user was disabled",
  ];
}

function admission(
  identity: NonNullable<IdTokenInspection["identity"]>,
  settings: AuthSettings,
): CheckOutcome {
  const policy = new ConfiguredSignInPolicy(settings);
  const answer = policy.admit({ ...identity, tokenDigest: "" });
  return answer.kind === "admitted"
    ? { kind: "ok" }
    : { kind: "refused", code: answer.code, reason: answer.code };
}

function nonceOutcome(
  nonce: string | null | undefined,
  { oneTime }: AuthSettings,
  hidden: ReadonlySet<string>,
): CheckOutcome {
  if (nonce === undefined || hidden.has("nonce")) {
    return { kind: "not-reached" };
  }
  if (oneTime.nonce !== "required") return { kind: "ok" };
  return nonce === null
    ? { kind: "refused", code: "invalid_token", reason: "nonce_missing" }
    : { kind: "not-checked" };
}
