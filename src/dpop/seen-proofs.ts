import { hash } from "node:crypto";
import { AuthError } from "../common/auth-error";
import type { Clock } from "../common/clock.port";

/** Remembers used proofs for as long as they could be replayed. */
export abstract class SeenProofs {
  /**
   * Records a proof. Of any number of concurrent calls, exactly one returns
   * true.
   *
   * @param thumbprint of its key, because two keys may use the same id
   * @param id its `jti`
   * @param keptSeconds how long it might still be accepted
   * @returns false if it was already recorded
   * @throws AuthError `service_unavailable` if it cannot be recorded
   */
  abstract add(
    thumbprint: string,
    id: string,
    keptSeconds: number,
  ): boolean | Promise<boolean>;
}

/** The key under which a proof is recorded. */
export function digestOfProof(thumbprint: string, id: string): Buffer {
  return hash("sha256", `${thumbprint}.${id}`, "buffer");
}

/** Maximum number of recorded proofs; they take about 40 MB. */
const maxRemembered = 400_000;

/**
 * Stored in memory, for a service without a database. While it is full, at more
 * than 3,300 proofs a second, further ones are refused: a flood must not
 * displace older ones.
 */
export class MemorySeenProofs extends SeenProofs {
  /**
   * Maps each proof to the time until which it is kept, in milliseconds since
   * 1970.
   */
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
    // Moved to the end even if it was present: the oldest come first.
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
