const base64url = /^[A-Za-z0-9_-]+$/;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The last characters that base64url may have, by length modulo 4: unused bits
 * have to be zero. Otherwise one token could be written in several ways.
 */
const lastCharacters = [base64url, /(?!)/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/];

/**
 * The bytes of a segment of a compact JWS; null when it is not canonical
 * base64url.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-7.1
 */
export function bytesOfSegment(segment: string): Buffer | null {
  if (!base64url.test(segment)) return null;
  return lastCharacters[segment.length % 4]?.test(segment.slice(-1))
    ? Buffer.from(segment, "base64url")
    : null;
}

/** What is wrong with a segment that should be a JSON object. */
export type SegmentFault = "malformed" | "duplicate_member";

/**
 * The JSON object in a segment. It has to be valid UTF-8 without duplicate
 * member names, since parsers disagree about which of the two counts.
 */
export function objectOfSegment(
  segment: string,
): Record<string, unknown> | SegmentFault {
  const bytes = bytesOfSegment(segment);
  if (!bytes) return "malformed";
  let value: unknown;
  let text: string;
  try {
    text = decoder.decode(bytes);
    value = JSON.parse(text);
  } catch {
    return "malformed";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "malformed";
  }
  return !isPlainlyUnique(value, text) && hasDuplicateMember(text)
    ? "duplicate_member"
    : (value as Record<string, unknown>);
}

/** A fast check: a flat object with as many members as the text has names has no duplicates. */
function isPlainlyUnique(value: object, json: string): boolean {
  const names = json.match(/"\s*:/g)?.length ?? 0;
  return json.lastIndexOf("{") === 0 && names === Object.keys(value).length;
}

/** @param json that JSON.parse has accepted */
function hasDuplicateMember(json: string): boolean {
  const open: (Set<string> | null)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  const colon = /\s*:/y;
  for (let match = tokens.exec(json); match; match = tokens.exec(json)) {
    const [text] = match;
    if (text === "{") open.push(new Set());
    else if (text === "[") open.push(null);
    else if (text === "}" || text === "]") open.pop();
    else {
      const members = open.at(-1);
      colon.lastIndex = tokens.lastIndex;
      if (!members || !colon.test(json)) continue;
      const name = JSON.parse(text) as string;
      if (members.has(name)) return true;
      members.add(name);
    }
  }
  return false;
}
