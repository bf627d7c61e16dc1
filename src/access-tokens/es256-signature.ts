const integerBytes = 32;

/**
 * Converts an ES256 signature from DER, as most key management services return
 * it, to the format of JWS.
 *
 * @param der `SEQUENCE { r INTEGER, s INTEGER }` for P-256
 * @returns the 64 bytes r ‖ s (RFC 7518 §3.4)
 * @throws RangeError if it is not such a signature
 */
export function es256SignatureFromDer(der: Uint8Array): Buffer {
  // About 70 bytes: every length fits in one byte.
  const bytes = Buffer.from(der);
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2) refuse();
  const r = integerAt(bytes, 2);
  const s = integerAt(bytes, r.end);
  if (s.end !== bytes.length) refuse();
  return Buffer.concat([r.value, s.value]);
}

function integerAt(bytes: Buffer, offset: number) {
  const length = bytes[offset + 1] ?? 0;
  const end = offset + 2 + length;
  if (bytes[offset] !== 0x02 || length === 0 || end > bytes.length) refuse();
  // A DER integer has the minimum number of bytes, plus one if it would
  // otherwise be negative.
  const digits = bytes.subarray(offset + 2, end);
  const value = digits[0] === 0 ? digits.subarray(1) : digits;
  if (value.length > integerBytes) refuse();
  const padding = Buffer.alloc(integerBytes - value.length);
  return { value: Buffer.concat([padding, value]), end };
}

function refuse(): never {
  throw new RangeError("This is not an ECDSA signature of P-256 in DER");
}
