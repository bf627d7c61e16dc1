import type { Environment } from "../../config/environment";
import { settingsOf } from "../../config/settings";
import {
  type AppErrorCode,
  type AuthErrorCode,
  type CheckFinding,
  type CheckOutcome,
  ConfiguredSignInPolicy,
  type IdTokenInspection,
} from "../../index";

type AuthSettings = ReturnType<typeof settingsOf>["auth"];

/**
 * Whether the nonce, and then the configured sign-in policy, allow the account
 * to sign in. The policy runs once per rule, with only that rule set, so that
 * each gets a finding of its own.
 */
export async function policyFindings(
  { identity }: IdTokenInspection,
  environment: Environment,
): Promise<CheckFinding[]> {
  const settings = settingsOf(environment).auth;
  const domains = settings.hostedDomains.join(", ");
  const outcome = async (
    rules: Partial<AuthSettings>,
  ): Promise<CheckOutcome> =>
    identity
      ? await admission(identity, { ...settings, ...rules })
      : { kind: "not-reached" };
  return [
    {
      check: "nonce",
      demands:
        settings.oneTime.nonce === "required"
          ? "nonce is one of this service"
          : "with or without a nonce",
      outcome: nonceOutcome(identity, settings),
    },
    {
      check: "hosted-domain",
      demands: domains ? `hd is ${domains}` : "any account, in any domain",
      outcome: await outcome({ requireVerifiedEmail: false }),
    },
    {
      check: "email-verified",
      demands: settings.requireVerifiedEmail
        ? "Google vouches for its e-mail address"
        : "with or without a verified e-mail address",
      outcome: await outcome({ hostedDomains: [] }),
    },
  ];
}

/** Checks that need the database. */
export function notCheckedHere(
  { identity }: IdTokenInspection,
  environment: Environment,
): string[] {
  const { oneTime, signUp } = settingsOf(environment).auth;
  return [
    ...(identity?.nonce || oneTime.nonce === "required"
      ? ["whether the nonce was issued here and is still unused"]
      : []),
    ...(oneTime.idToken === "once"
      ? ["whether it was already used (GOOGLE_ID_TOKEN_USE=once)"]
      : []),
    ...(signUp === "closed"
      ? ["whether the user exists (SIGN_UP=closed)"]
      : []),
    "whether the user is disabled",
  ];
}

async function admission(
  identity: NonNullable<IdTokenInspection["identity"]>,
  settings: AuthSettings,
): Promise<CheckOutcome> {
  const policy = new ConfiguredSignInPolicy(settings);
  const answer = await policy.admit({ ...identity, tokenDigest: "" });
  return answer.kind === "admitted" ? { kind: "ok" } : refusal(answer.code);
}

function refusal(code: AuthErrorCode | AppErrorCode): CheckOutcome {
  // Our own policy only uses our codes.
  if (typeof code !== "string") throw new TypeError(code.code);
  return { kind: "refused", code, reason: code };
}

function nonceOutcome(
  identity: IdTokenInspection["identity"],
  { oneTime }: AuthSettings,
): CheckOutcome {
  if (!identity) return { kind: "not-reached" };
  if (oneTime.nonce !== "required") return { kind: "ok" };
  return identity.nonce === null
    ? { kind: "refused", code: "invalid_token", reason: "nonce_missing" }
    : { kind: "not-checked" };
}
