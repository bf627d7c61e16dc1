import { createHash, randomBytes } from "node:crypto";
import { EmulatorInputError } from "./emulator-input";
import type { GoogleGrant } from "./grants";

/** How a challenge is derived from its verifier, RFC 7636 §4.2. */
export type CodeChallengeMethod = "S256" | "plain";

/** The request that an authorization code was issued for. */
export interface AuthorizationRequest {
  readonly grant: GoogleGrant;
  /** The exact text that the exchange must repeat; it may be empty. */
  readonly redirectUri: string;
  readonly codeChallenge?: string;
  /** Default: `plain`, as in RFC 7636 §4.3. */
  readonly codeChallengeMethod?: CodeChallengeMethod;
}

/** How the exchange presents a code. */
export interface PresentedCode {
  readonly code: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly codeVerifier: string | undefined;
}

/** The result of presenting a code: its grant, or the refusal. */
export type CodeOutcome =
  | { readonly kind: "redeemed"; readonly grant: GoogleGrant }
  /** Already used: the grant's tokens must be revoked (RFC 6749 §4.1.2). */
  | { readonly kind: "reused"; readonly grant: GoogleGrant }
  | {
      readonly kind: "refused";
      readonly status: 400 | 401;
      readonly error: string;
      readonly description: string;
    };

interface IssuedCode extends AuthorizationRequest {
  readonly expiresAt: number;
  used: boolean;
}

const LIFETIME_SECONDS = 600;
const KEPT = 10_000;
const METHODS: readonly string[] = ["S256", "plain"];

/** The latest 10,000 authorization codes; each can be redeemed once. */
export class GoogleAuthorizationCodes {
  readonly #codes = new Map<string, IssuedCode>();

  /**
   * Issues a code that is valid for ten minutes.
   *
   * @throws EmulatorInputError if the challenge method is unknown, or given
   *   without a challenge
   */
  issue(request: AuthorizationRequest, now: Date): string {
    checkChallenge(request);
    const code = `4/0A${randomBytes(52).toString("base64url")}`;
    const expiresAt = now.getTime() + LIFETIME_SECONDS * 1000;
    this.#codes.set(code, { ...request, expiresAt, used: false });
    for (const oldest of this.#codes.keys()) {
      if (this.#codes.size <= KEPT) {
        break;
      }
      this.#codes.delete(oldest);
    }
    return code;
  }

  /**
   * Redeems a code. Synchronous, so that one of two concurrent exchanges wins.
   * A code remains valid after an incorrect exchange.
   */
  redeem(presented: PresentedCode, now: Date): CodeOutcome {
    const issued = this.#codes.get(presented.code);
    if (issued === undefined) {
      return refused("invalid_grant", "Malformed auth code.");
    }
    const { grant, redirectUri, used, expiresAt } = issued;
    if (grant.clientId !== presented.clientId) {
      return refused("unauthorized_client", "Unauthorized", 401);
    }
    if (used) {
      return { kind: "reused", grant };
    }
    if (expiresAt <= now.getTime()) {
      return refused("invalid_grant", "Bad Request");
    }
    if (redirectUri !== presented.redirectUri) {
      return refused("redirect_uri_mismatch", "Bad Request");
    }
    const unproven = verifierFault(issued, presented.codeVerifier);
    if (unproven !== undefined) {
      return refused("invalid_grant", unproven);
    }
    issued.used = true;
    return { kind: "redeemed", grant };
  }
}

/** RFC 7636 §4.6, with Google's messages. */
function verifierFault(
  { codeChallenge, codeChallengeMethod }: AuthorizationRequest,
  verifier: string | undefined,
): string | undefined {
  if (codeChallenge === undefined) {
    return verifier && "code_verifier or verifier is not needed.";
  }
  if (!verifier) {
    return "Missing code verifier.";
  }
  const proof =
    codeChallengeMethod === "S256"
      ? createHash("sha256").update(verifier).digest("base64url")
      : verifier;
  return proof === codeChallenge ? undefined : "Invalid code verifier.";
}

function checkChallenge({
  codeChallenge,
  codeChallengeMethod,
}: AuthorizationRequest): void {
  if (codeChallengeMethod === undefined) {
    return;
  }
  if (!METHODS.includes(codeChallengeMethod)) {
    throw new EmulatorInputError(
      '"codeChallengeMethod" must be one of S256, plain.',
    );
  }
  if (codeChallenge === undefined) {
    throw new EmulatorInputError(
      "A code challenge method needs a code challenge.",
    );
  }
}

function refused(
  error: string,
  description: string,
  status: 400 | 401 = 400,
): CodeOutcome {
  return { kind: "refused", status, error, description };
}
