import { createHmac } from "node:crypto";
import type { Clock } from "../common/clock.port";
import { deriveKey } from "../common/secret-key";

/**
 * How long one nonce is issued, in seconds; it is accepted for one to two times
 * as long.
 */
export const nonceStepSeconds = 300;
const nonceBytes = 16;

/**
 * Nonces for DPoP proofs, so that proofs cannot be created in advance. Each is
 * an HMAC of the current time step: all instances issue the same ones, and
 * nothing is stored.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-8
 */
export class DpopNonces {
  private readonly key: Buffer;
  private known = { step: Number.NaN, current: "", previous: "" };

  /** @param secretKey at least 32 bytes */
  constructor(
    secretKey: string,
    private readonly clock: Clock,
  ) {
    this.key = deriveKey(secretKey, "dpop-nonce");
  }

  /** The nonce to issue. */
  current(): string {
    return this.now().current;
  }

  /** Whether we issued it; one of the previous step should be replaced. */
  judge(nonce: string): "current" | "previous" | "foreign" {
    const { current, previous } = this.now();
    if (nonce === current) return "current";
    return nonce === previous ? "previous" : "foreign";
  }

  private now() {
    const step = Math.floor(this.clock.nowSeconds() / nonceStepSeconds);
    if (step !== this.known.step) {
      this.known = {
        step,
        current: this.of(step),
        previous: this.of(step - 1),
      };
    }
    return this.known;
  }

  private of(step: number): string {
    return createHmac("sha256", this.key)
      .update(String(step))
      .digest()
      .subarray(0, nonceBytes)
      .toString("base64url");
  }
}
