import { verify } from "node:crypto";
import { AuthError } from "../common/auth-error";
import { bytesOfSegment, objectOfSegment } from "../common/jws-segment";
import { type DpopKey, dpopKeyOf } from "./dpop-key";

/**
 * Largest proof that is parsed, in bytes; one with an RSA key has about 1500.
 */
const maxProofBytes = 4096;
const maxIdLength = 256;
const maxUrlLength = 2048;
const maxNonceLength = 256;

/** The content of a proof, signed by the key in its header. */
export interface DpopProof {
  /** Thumbprint of the key (RFC 7638). */
  readonly thumbprint: string;
  /** `jti`, 1–256 characters. */
  readonly id: string;
  /** `htm`: the method of the request. */
  readonly method: string;
  /** `htu`: the URL of the request. */
  readonly url: string;
  /** `iat`, whole seconds since 1970 (UTC). */
  readonly issuedAt: number;
  /** `ath`: the hash of the access token sent with it. */
  readonly accessTokenHash: string | undefined;
  /** `nonce`: issued by the server. */
  readonly nonce: string | undefined;
}

/**
 * Reads a DPoP proof strictly and checks its signature. The caller must check
 * that it was made recently and for this request.
 *
 * @param proof the `DPoP` header; untrusted
 * @param keyOf reads the header's `alg` and `jwk`; may cache the result
 * @throws AuthError `invalid_dpop_proof` with the reason
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-4
 */
export function readDpopProof(
  proof: string,
  keyOf: (header: string) => DpopKey = keyOfHeader,
): DpopProof {
  if (proof.length > maxProofBytes) refuse("proof_too_large");
  const segments = proof.split(".");
  const [header, payload, signature] = segments;
  if (segments.length !== 3 || !header || !payload || !signature) {
    refuse("malformed_proof");
  }
  const key = keyOf(header);
  const bytes = bytesOfSegment(signature) ?? refuse("malformed_signature");
  const isGenuine = verify(
    key.digest,
    Buffer.from(`${header}.${payload}`),
    { key: key.publicKey, dsaEncoding: "ieee-p1363" },
    bytes,
  );
  if (!isGenuine) refuse("bad_signature");
  return { thumbprint: key.thumbprint, ...claimsOf(payload) };
}

/**
 * The key in a proof's header.
 *
 * @param segment as it was sent
 * @throws AuthError `invalid_dpop_proof` with the reason
 */
export function keyOfHeader(segment: string): DpopKey {
  const { typ, alg, jwk, ...rest } = objectOf(segment, "malformed_header");
  if (typ !== "dpop+jwt") refuse("type_not_allowed");
  // Each of these asks the verifier to fetch, trust or unpack something.
  for (const name of ["crit", "jku", "x5u", "x5c", "zip", "b64"]) {
    if (Object.hasOwn(rest, name)) refuse("header_not_allowed");
  }
  return dpopKeyOf(alg, jwk);
}

function claimsOf(payload: string): Omit<DpopProof, "thumbprint"> {
  const claims = objectOf(payload, "malformed_payload");
  const { jti, htm, htu, iat, ath, nonce } = claims;
  if (
    !isText(jti, maxIdLength) ||
    !isText(htm, maxNonceLength) ||
    !isText(htu, maxUrlLength) ||
    !Number.isSafeInteger(iat) ||
    !(ath === undefined || isText(ath, maxNonceLength)) ||
    !(nonce === undefined || isText(nonce, maxNonceLength))
  ) {
    refuse("claims_invalid");
  }
  return {
    id: jti,
    method: htm,
    url: htu,
    issuedAt: iat as number,
    accessTokenHash: ath,
    nonce,
  };
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxLength;
}

function objectOf(segment: string, reason: string): Record<string, unknown> {
  const value = objectOfSegment(segment);
  if (value === "malformed") refuse(reason);
  if (value === "duplicate_member") refuse(value);
  return value;
}

function refuse(reason: string): never {
  throw new AuthError("invalid_dpop_proof", { reason });
}
