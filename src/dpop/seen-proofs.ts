import { hash } from "node:crypto";
import { AuthError } from "../common/auth-error";
import type { Clock } from "../common/clock.port";

/** Which proofs have been used, for as long as they could be used again. */
export abstract class SeenProofs {
  /**
   * Takes note of a proof. Of any number of calls at once, one gets true.
   *
   * @param thumbprint of its key: two keys may use the same id
   * @param id its `jti`
   * @param keptSeconds how long it might still be accepted
   * @returns false when it was known already
   * @throws AuthError `service_unavailable` when it cannot be remembered
   */
  abstract add(
    thumbprint: string,
    id: string,
    keptSeconds: number,
  ): boolean | Promise<boolean>;
}

/** The name under which a proof is remembered. */
export function digestOfProof(thumbprint: string, id: string): Buffer {
  return hash("sha256", `${thumbprint}.${id}`, "buffer");
}

/** Most proofs that are remembered at a time; they take about 40 MB. */
const maxRemembered = 400_000;

/**
 * In the memory of this process, for a service without a database. While it is
 * full, at more than 3,300 proofs a second, further ones are refused: a
 * flood must not make it forget old ones.
 */
export class MemorySeenProofs extends SeenProofs {
  /** With the time until which each is kept, in milliseconds since 1970. */
  private readonly seen = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly most = maxRemembered,
  ) {
    super();
  }

  override add(thumbprint: string, id: string, keptSeconds: number): boolean {
    const now = this.clock.now();
    const name = digestOfProof(thumbprint, id).toString("base64url");
    if ((this.seen.get(name) ?? 0) > now) return false;
    if (this.seen.size >= this.most) this.forget(now);
    if (this.seen.size >= this.most) {
      throw new AuthError("service_unavailable", {
        reason: "too_many_proofs",
        retryAfterSeconds: keptSeconds,
      });
    }
    // At the end, also when it was there: the oldest stand first.
    this.seen.delete(name);
    this.seen.set(name, now + keptSeconds * 1000);
    return true;
  }

  private forget(now: number): void {
    for (const [name, until] of this.seen) {
      if (until > now) return;
      this.seen.delete(name);
    }
  }
}
