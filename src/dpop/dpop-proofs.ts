import { hash } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { LRUCache } from "lru-cache";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import type { DpopKey } from "./dpop-key";
import { DpopNonces } from "./dpop-nonces";
import { type DpopProof, keyOfHeader, readDpopProof } from "./dpop-proof";
import { DPOP_OPTIONS, type DpopOptions } from "./dpop.options";
import { SeenProofs } from "./seen-proofs";

/**
 * How far a proof's `iat` may differ from now, in seconds, in either direction.
 */
export const proofAgeSeconds = 60;
/**
 * Number of headers cached with their keys; all proofs of a client have the
 * same header.
 */
const maxRememberedHeaders = 5000;

/** A request that came with a proof. */
export interface ProvedRequest {
  /** The `DPoP` header; untrusted. */
  readonly proof: string;
  readonly method: string;
  /**
   * The path that the client requested, from the first slash on; the query is
   * ignored.
   */
  readonly path: string;
  /** The access token that was sent with it, if one is required. */
  readonly accessToken?: string;
}

/** The result of a valid proof. */
export interface Proved {
  /** Thumbprint of the client's key (RFC 7638). */
  readonly thumbprint: string;
  /**
   * The nonce for the client's next proof; null if its current one is still
   * valid.
   */
  readonly nextNonce: string | null;
}

/**
 * Checks that a client possesses the key, now and for this request.
 *
 * A proof can be used once: it is remembered for as long as it could be
 * replayed.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-4.3
 */
@Injectable()
export class DpopProofs {
  private readonly headers = new LRUCache<string, DpopKey>({
    max: maxRememberedHeaders,
  });
  private readonly nonces: DpopNonces | null;
  private readonly keyOf = (header: string) => {
    const known = this.headers.get(header);
    if (known) return known;
    const key = keyOfHeader(header);
    this.headers.set(header, key);
    return key;
  };

  constructor(
    @Inject(DPOP_OPTIONS) private readonly options: DpopOptions,
    private readonly clock: Clock,
    private readonly seen: SeenProofs,
  ) {
    this.nonces =
      options.secretKey === null
        ? null
        : new DpopNonces(options.secretKey, clock);
  }

  /** Whether proofs are processed at all. */
  get isOn(): boolean {
    return this.options.use !== "off";
  }

  /** Whether a proof is required. */
  get isRequired(): boolean {
    return this.options.use === "required";
  }

  /**
   * Checks a proof and marks it as used.
   *
   * @throws AuthError `invalid_dpop_proof` with the reason, `use_dpop_nonce`
   *   with the nonce for the next attempt, `service_unavailable`
   */
  async verify(request: ProvedRequest): Promise<Proved> {
    const { thumbprint, nextNonce, id } = this.check(request);
    if (!(await this.seen.add(thumbprint, id, 2 * proofAgeSeconds))) {
      this.refuse("proof_used");
    }
    return { thumbprint, nextNonce };
  }

  /**
   * As {@link verify}, but without checking whether it has been used: no
   * request may rely on this alone.
   *
   * @throws AuthError `invalid_dpop_proof`, `use_dpop_nonce`
   */
  check(request: ProvedRequest): Proved & { readonly id: string } {
    const proof = readDpopProof(request.proof, this.keyOf);
    if (proof.method !== request.method) this.refuse("wrong_method");
    if (!this.isFor(proof.url, request.path)) this.refuse("wrong_url");
    const { accessToken } = request;
    if (
      accessToken !== undefined &&
      proof.accessTokenHash !== hash("sha256", accessToken, "base64url")
    ) {
      this.refuse("wrong_access_token");
    }
    const nextNonce = this.checkNonce(proof);
    const age = this.clock.nowSeconds() - proof.issuedAt;
    if (age > proofAgeSeconds) this.refuse("proof_expired");
    if (age < -proofAgeSeconds) this.refuse("issued_in_future");
    return { thumbprint: proof.thumbprint, nextNonce, id: proof.id };
  }

  /** The refusal of a request without a proof. */
  missing(): AuthError {
    return new AuthError("invalid_dpop_proof", {
      reason: "proof_missing",
      dpopNonce: this.demandedNonce(),
    });
  }

  /** The nonce that a proof must contain; undefined if none is required. */
  demandedNonce(): string | undefined {
    return this.options.nonce === "required"
      ? this.nonces?.current()
      : undefined;
  }

  private checkNonce({ nonce }: DpopProof): string | null {
    const { nonces } = this;
    if (nonce === undefined && this.options.nonce === "optional") return null;
    const verdict =
      nonce === undefined ? "foreign" : (nonces?.judge(nonce) ?? "foreign");
    if (verdict === "current") return null;
    const next = nonces?.current() ?? null;
    if (verdict === "previous") return next;
    if (next === null) this.refuse("foreign_nonce");
    throw new AuthError("use_dpop_nonce", {
      reason: nonce === undefined ? "nonce_missing" : "foreign_nonce",
      dpopNonce: next,
    });
  }

  private isFor(url: string, path: string): boolean {
    const asked = normalized(url);
    return (
      asked !== null && asked === normalized(this.options.publicUrl + path)
    );
  }

  private refuse(reason: string): never {
    throw new AuthError("invalid_dpop_proof", { reason });
  }
}

/**
 * A normalized URL (RFC 3986 §6.2.2 and §6.2.3), without query and fragment;
 * null if it has credentials or is not a URL.
 */
function normalized(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { origin, pathname, username, password } = new URL(url);
  if (username + password !== "" || origin === "null") return null;
  return origin + pathname.replace(/%[\da-f]{2}/gi, unescaped);
}

/**
 * RFC 3986 §6.2.2: escaped unreserved characters are equivalent to the
 * characters themselves.
 */
function unescaped(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : escape.toUpperCase();
}
