import type { FieldError } from "../common/auth-error";
import type { Profile } from "./profile-schema.port";

/** Largest profile, in bytes of its JSON. */
export const maxProfileBytes = 8192;
/** How deep objects and lists may be nested, the profile itself included. */
export const maxProfileDepth = 5;

/** U+0000, which Postgres cannot store, and halves of characters. */
const unstorable = /[\0\p{Cs}]/u;

/** Whether a value is an object as JSON has them. */
export function isJsonObject(value: unknown): value is Profile {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What keeps a profile from being stored, whatever the app's schema says: it
 * has to be small and flat, and hold nothing that Postgres refuses or that
 * turns into something else in the hands of a program.
 *
 * @param profile as parsed from JSON; untrusted
 * @returns the first fault, null when there is none; never a part of the value
 */
export function profileFault(profile: Profile): FieldError | null {
  const message = faultOf(profile, 1) ?? sizeFault(profile);
  return message === null ? null : { field: "profile", message };
}

/** The fault of being too large, as a message. */
function sizeFault(profile: Profile): string | null {
  return Buffer.byteLength(JSON.stringify(profile)) > maxProfileBytes
    ? `must have at most ${maxProfileBytes} bytes as JSON`
    : null;
}

function faultOf(value: unknown, depth: number): string | null {
  if (typeof value === "string") return textFault(value);
  if (typeof value === "number") {
    return Number.isFinite(value) ? null : "must not have a number too large";
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
  // What every object inherits, such as __proto__, constructor and toString.
  return name in Object.prototype || name === "prototype"
    ? "must not have a field that is called like a member of every object"
    : textFault(name);
}

function textFault(text: string): string | null {
  return unstorable.test(text)
    ? "must not have U+0000 or half a surrogate pair in a text"
    : null;
}
