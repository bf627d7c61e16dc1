import { deepEqual, equal, match, ok } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { SystemClock } from "../../src/common/clock.port";
import { AuthError } from "../../src/common/auth-error";
import { GoogleIdTokenVerifier } from "../../src/identity/google/google-id-token.verifier";
import { GoogleSigningKeys } from "../../src/identity/google/google-signing-keys";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import { googlePaths } from "../../src/testing/google/emulator.routes";
import { freezeDate } from "./frozen-date";
import { type ReferenceVerdict, referenceVerdict } from "./reference-verifier";

/** The default time of verification, in seconds since 1970. */
export const nowSeconds = 1_763_700_000;
/** The default clock skew, in seconds. */
export const clockSkewSeconds = 60;

/**
 * The product's verifier, with its key cache and a Google over HTTP, and the
 * reference verifier. Every token is given to both.
 */
export class TwoVerifiers {
  /** The number of tokens by verdict. */
  readonly seen = new Map<string, number>();

  // The machine's clock, which is frozen, because google-auth-library uses it.
  private readonly clock = new SystemClock();
  private readonly signingKeys: GoogleSigningKeys;
  private readonly verifiers = new Map<number, GoogleIdTokenVerifier>();

  private constructor(readonly google: GoogleEmulator) {
    this.signingKeys = new GoogleSigningKeys(this.options(0), this.clock);
  }

  /** Starts the emulator and freezes the machine's date. */
  static async start(): Promise<TwoVerifiers> {
    const google = await GoogleEmulator.start({ maxAgeSeconds: 24 * 3600 });
    await google.rotateKeys();
    freezeDate();
    jest.setSystemTime(nowSeconds * 1000);
    return new TwoVerifiers(google);
  }

  async stop(): Promise<void> {
    jest.useRealTimers();
    jest.restoreAllMocks();
    await this.google.stop();
  }

  /**
   * Gives a token to both and expects the same verdict, the same identity if it
   * is accepted, and a refusal that does not quote the token.
   *
   * @returns `accepted` or the error code
   */
  async agreeOn(
    token: string,
    {
      skew = clockSkewSeconds,
      now = nowSeconds * 1000,
    }: { skew?: number; now?: number } = {},
  ): Promise<string> {
    jest.setSystemTime(now);
    const verdict = await this.productVerdict(token, skew);
    const expected = referenceVerdict(token, {
      clientIds: this.google.clientIds,
      keys: new Map(
        this.google.keys.published.map((key) => [key.kid, key.publicKey]),
      ),
      clockSkewSeconds: skew,
      nowSeconds: Math.floor(now / 1000),
    });
    // Much faster than the matcher, which only reports the difference.
    if (!isDeepStrictEqual(verdict, expected)) {
      expect(verdict).toStrictEqual(expected);
    }
    this.seen.set(verdict.code, (this.seen.get(verdict.code) ?? 0) + 1);
    return verdict.code;
  }

  /**
   * Expects that the tokens so far had all of these verdicts, so every rule was
   * exercised. Skipped in short runs, which cannot cover all of them.
   */
  expectSeen(...codes: ReferenceVerdict["code"][]): void {
    const seen = [...this.seen.keys()];
    const tried = [...this.seen.values()].reduce((sum, count) => sum + count);
    this.seen.clear();
    if (tried >= 500) expect(seen).toEqual(expect.arrayContaining(codes));
  }

  /** The product's verdict; it may only throw an AuthError. */
  async productVerdict(
    token: string,
    skew = clockSkewSeconds,
  ): Promise<{ code: string; identity?: object }> {
    try {
      const identity = await this.verifierWith(skew).verify(token);
      return { code: "accepted", identity };
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      expectSilence(error, token);
      return { code: error.code };
    }
  }

  private verifierWith(skew: number): GoogleIdTokenVerifier {
    const verifier =
      this.verifiers.get(skew) ??
      new GoogleIdTokenVerifier(
        this.options(skew),
        this.signingKeys,
        this.clock,
      );
    this.verifiers.set(skew, verifier);
    return verifier;
  }

  private options(skew: number) {
    return {
      clients: this.google.clientIds.map((id) => ({ id })),
      certsUrl: `${this.google.url}${googlePaths.certs}`,
      clockSkewSeconds: skew,
    };
  }
}

/** Expects that no loggable text contains a part of the token. */
function expectSilence(error: AuthError, token: string): void {
  const { code, reason, message, cause, stack = "" } = error;
  match(String(reason), /^[a-z_]{1,40}$/);
  equal(message, `${code}: ${reason}`);
  equal(cause, undefined);
  deepEqual(Object.keys(error).sort(), [
    ...["code", "errors", "name", "reason", "retryAfterSeconds"],
  ]);
  const [first = "", ...frames] = stack.split("\n");
  match(first, /^(Auth)?Error: /);
  equal(first.slice(first.indexOf(": ") + 2), message);
  ok(frames.every((frame) => frame.startsWith("    at ")));
  const said = `${message}\n${JSON.stringify(error)}`;
  for (let at = 0; at + 12 <= said.length; at++) {
    ok(!token.includes(said.slice(at, at + 12)), "quotes the token");
  }
}
