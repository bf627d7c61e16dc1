import type { EmulatorRequest } from "./emulator-answer";

/** Invalid input to the emulator. The control API responds with 400. */
export class EmulatorInputError extends Error {
  override readonly name = "EmulatorInputError";
}

/**
 * The JSON of a body; an empty body is an empty object. Other content types are
 * refused, because web pages could send them without a CORS preflight.
 *
 * @throws EmulatorInputError if it is not JSON
 */
export function jsonBody({ headers, body }: EmulatorRequest): unknown {
  if (body === "") {
    return {};
  }
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new EmulatorInputError("The content type must be application/json.");
  }
  try {
    return JSON.parse(body);
  } catch {
    throw new EmulatorInputError("The body must be JSON.");
  }
}

/** The type of a field of a JSON object. */
export type FieldKind =
  "string" | "number" | "boolean" | "object" | "strings" | "string or null";

const HOLDS: Record<FieldKind, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  object: isObject,
  strings: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "string"),
  "string or null": (value) => value === null || typeof value === "string",
};

/**
 * Checks that a value is an object that only has known fields of the right
 * types. Every field may be absent or `undefined`.
 *
 * @param subject what the object is, for the error message
 * @param kinds the known fields; of several types, any is allowed
 * @throws EmulatorInputError naming the field and the allowed types
 */
export function checkFields<T extends object>(
  subject: string,
  value: unknown,
  kinds: Readonly<Record<keyof T & string, FieldKind | readonly FieldKind[]>>,
): T {
  if (!isObject(value)) {
    throw new EmulatorInputError(`The ${subject} must be a JSON object.`);
  }
  const known = new Map<string, FieldKind | readonly FieldKind[]>(
    Object.entries(kinds),
  );
  for (const [field, held] of Object.entries(value)) {
    const allowed = [known.get(field) ?? []].flat();
    if (allowed.length === 0) {
      const names = [...known.keys()].join(", ");
      throw new EmulatorInputError(
        `The ${subject} has no field "${field}"; its fields are ${names}.`,
      );
    }
    if (held !== undefined && !allowed.some((kind) => HOLDS[kind](held))) {
      throw new EmulatorInputError(
        `"${field}" of the ${subject} must be: ${allowed.join(" or ")}.`,
      );
    }
  }
  return value as T;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
