import { RecordFault } from "./source-record";

/** Whether a field has no value: absent, null or an empty text. */
export function isUnset(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}

/**
 * A truth value, as JSON and as Postgres and others write it in CSV; false if
 * unset.
 *
 * @throws RecordFault
 */
export function truthOf(value: unknown, name: string): boolean {
  if (isUnset(value)) return false;
  const text = typeof value === "string" ? value.toLowerCase() : value;
  if ([true, 1, "true", "t", "1"].includes(text as string)) return true;
  if ([false, 0, "false", "f", "0"].includes(text as string)) return false;
  throw new RecordFault(`${name} is neither true nor false`);
}

const isoTime =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * A time: ISO 8601 (without an offset: UTC), as Postgres writes it, or seconds
 * or milliseconds since 1970 as a number or as digits.
 *
 * @returns milliseconds since 1970, null if unset
 * @throws RecordFault
 */
export function instantOf(value: unknown, name: string): number | null {
  if (isUnset(value)) return null;
  const time = fromNumber(value) ?? fromText(value);
  if (time !== undefined && !Number.isNaN(time)) return time;
  throw new RecordFault(`${name} is not a time`);
}

function fromNumber(value: unknown): number | undefined {
  if (typeof value !== "number" && typeof value !== "string") return undefined;
  const digits = String(value);
  // Ten digits are seconds until 2286, thirteen are milliseconds.
  if (/^\d{9,10}$/.test(digits)) return Number(digits) * 1000;
  return /^\d{12,13}$/.test(digits) ? Number(digits) : undefined;
}

function fromText(value: unknown): number | undefined {
  if (value === "infinity") return Infinity;
  const match = typeof value === "string" ? isoTime.exec(value) : null;
  if (!match) return undefined;
  const [, date, time, offset = "Z"] = match;
  const zone = offset.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours, minutes) =>
    [hours, minutes ?? "00"].join(":"),
  );
  return Date.parse(`${date}T${time}${zone}`);
}
