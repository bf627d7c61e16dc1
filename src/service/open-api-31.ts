import type { OpenAPIObject } from "@nestjs/swagger";

type Node = Readonly<Record<string, unknown>>;

/**
 * Nest's decorators produce OpenAPI 3.0: `nullable` does not exist in 3.1,
 * whose schemas are JSON Schema 2020-12, and `example` is deprecated.
 *
 * @see https://spec.openapis.org/oas/v3.1.0#schema-object
 */
export function asOpenApi31(document: OpenAPIObject): OpenAPIObject {
  return translated(document) as OpenAPIObject;
}

function translated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(translated);
  if (typeof value !== "object" || value === null) return value;
  const node = value instanceof Date ? value.toISOString() : value;
  if (typeof node === "string") return node;
  return schema(
    Object.fromEntries(
      Object.entries(node).map(([name, member]) => [
        name,
        name === "example" || name === "examples" ? member : translated(member),
      ]),
    ),
  );
}

/** Leaves a node unchanged unless it is a schema. */
function schema({ nullable, example, ...rest }: Node): Node {
  const isSchema = "type" in rest || "allOf" in rest || "oneOf" in rest;
  if (!isSchema || typeof rest.type === "object") {
    return { ...rest, ...(example !== undefined && { example }) };
  }
  return {
    ...rest,
    ...(nullable === true && nullableMembers(rest)),
    ...(example !== undefined && { examples: [example] }),
  };
}

function nullableMembers({ type, enum: values }: Node): Node {
  return {
    ...(type !== undefined && { type: [type, "null"] }),
    ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }),
  };
}
