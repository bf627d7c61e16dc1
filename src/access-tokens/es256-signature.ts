const integerBytes = 32;

/**
 * An ES256 signature as JWS has it, from one as most key management services
 * give it.
 *
 * @param der `SEQUENCE { r INTEGER, s INTEGER }` for P-256
 * @returns the 64 bytes r ‖ s (RFC 7518 §3.4)
 * @throws RangeError when it is no such signature
 */
export function es256SignatureFromDer(der: Uint8Array): Buffer {
  // 70 bytes or so: no length takes more than one byte.
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
  // An integer has as few bytes as it can, and one more if it would look negative.
  const digits = bytes.subarray(offset + 2, end);
  const value = digits[0] === 0 ? digits.subarray(1) : digits;
  if (value.length > integerBytes) refuse();
  const padding = Buffer.alloc(integerBytes - value.length);
  return { value: Buffer.concat([padding, value]), end };
}

function refuse(): never {
  throw new RangeError("This is not an ECDSA signature of P-256 in DER");
}
