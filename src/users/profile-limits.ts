import type { FieldError } from "../common/auth-error";
import type { Profile } from "./profile-schema.port";

/** Maximum size of a profile, in bytes of its JSON. */
export const maxProfileBytes = 8192;
/**
 * Maximum nesting depth of objects and arrays, including the profile itself.
 */
export const maxProfileDepth = 5;

/** U+0000, which Postgres cannot store, and lone surrogates. */
const unstorable = /[\0\p{Cs}]/u;

/** Whether a value is a JSON object. */
export function isJsonObject(value: unknown): value is Profile {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Checks the limits that apply regardless of the app's schema: size and depth,
 * nothing that Postgres cannot store, and no names such as `__proto__` that are
 * dangerous in JavaScript.
 *
 * @param profile as parsed from JSON; untrusted
 * @returns the first error, without the value; null if it is valid
 */
export function profileFault(profile: Profile): FieldError | null {
  const message = faultOf(profile, 1) ?? sizeFault(profile);
  return message === null ? null : { field: "profile", message };
}

function sizeFault(profile: Profile): string | null {
  return Buffer.byteLength(JSON.stringify(profile)) > maxProfileBytes
    ? `must not exceed ${maxProfileBytes} bytes as JSON`
    : null;
}

function faultOf(value: unknown, depth: number): string | null {
  if (typeof value === "string") return textFault(value);
  if (typeof value === "number") {
    return Number.isFinite(value)
      ? null
      : "must not contain a number that is out of range";
  }
  if (typeof value !== "object" || value === null) return null;
  if (depth > maxProfileDepth) {
    return `must not be nested deeper than ${maxProfileDepth} levels`;
  }
  for (const [name, member] of Object.entries(value)) {
    const fault = nameFault(name) ?? faultOf(member, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

function nameFault(name: string): string | null {
  // Inherited by every object, such as __proto__, constructor and toString.
  return name in Object.prototype || name === "prototype"
    ? "must not contain a field named like a member of every object"
    : textFault(name);
}

function textFault(text: string): string | null {
  return unstorable.test(text)
    ? "must not contain U+0000 or a lone surrogate"
    : null;
}
