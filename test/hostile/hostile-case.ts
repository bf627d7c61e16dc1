import type { AuthErrorCode } from "../../src/index";
import type { Reply } from "../support/raw-connection";
import type { Target } from "./target";

/** One request, ready to be sent. */
export interface Attack {
  readonly send: () => Promise<Reply>;
  /** Parts of the input that must not appear in the response or the log. */
  readonly secrets: readonly string[];
}

/** One hostile input and its exact response. */
export interface HostileCase {
  /** A stable name for the kind of attack; several inputs share one. */
  readonly id: string;
  readonly name: string;
  readonly status: number;
  readonly code: AuthErrorCode;
  /** The reason of the refusal; absent if the code is enough. */
  readonly reason?: string;
  /** The field that all `errors` name. */
  readonly field?: string;
  readonly attack: (target: Target) => Promise<Attack>;
}

/** The title of a test of such a case. */
export const caseTitle = "$id $name is $status $code";

type Mint = (target: Target) => string | Promise<string>;

/** A refused ID token: 401 `invalid_token` for this reason. */
export function token(
  id: string,
  name: string,
  reason: string,
  mint: Mint,
): HostileCase {
  return {
    id,
    name,
    reason,
    status: 401,
    code: "invalid_token",
    attack: async (target) => tokenAttack(target, await mint(target)),
  };
}

/** An ID token under its usual name in a JSON body. */
export function tokenAttack(target: Target, idToken: string): Attack {
  return {
    secrets: secretsOf(idToken),
    send: request(target, {
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ idToken }),
    }),
  };
}

/** A request to the sign-in; a POST by default. */
export function request(
  { service }: Target,
  { path = "/auth/google", ...init }: RequestInit & { path?: string },
): Attack["send"] {
  return async () => {
    const response = await service.fetch(path, { method: "POST", ...init });
    const { status, headers } = response;
    return { status, headers, text: await response.text() };
  };
}

/** A token, its segments, and the strings in them. */
export function secretsOf(idToken: string): string[] {
  const segments = idToken.split(".");
  const texts = segments.flatMap((segment) =>
    Array.from(
      Buffer.from(segment, "base64url")
        .toString()
        .matchAll(/"([^"\\]+)"/g),
      ([, text = ""]) => text,
    ),
  );
  return [idToken, ...segments, ...texts].filter((text) => text.length >= 12);
}
