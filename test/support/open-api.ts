import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** The part of JSON Schema that our OpenAPI file uses. */
export interface Schema {
  readonly $ref?: string;
  /** Several types if null is allowed. */
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly schema?: Schema;
}

/** One documented operation. */
export interface Operation {
  /** In capitals. */
  readonly method: string;
  /** As documented: `/auth/{provider}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** By media type. */
  readonly content: Readonly<Record<string, { readonly schema?: Schema }>>;
  readonly responses: Readonly<Record<string, unknown>>;
}

interface OpenApiFile {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters?: readonly Parameter[];
            readonly requestBody?: Pick<Operation, "content">;
            readonly responses: Operation["responses"];
          }
        >
      >
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const file = JSON.parse(
  readFileSync(resolve(__dirname, "../../docs/openapi.json"), "utf8"),
) as OpenApiFile;

/** Every operation of docs/openapi.json. */
export const operations: readonly Operation[] = Object.entries(
  file.paths,
).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    parameters: operation.parameters ?? [],
    content: operation.requestBody?.content ?? {},
    responses: operation.responses,
  })),
);

/** Resolves a reference to its schema. */
export function resolved(schema: Schema): Schema {
  const name = schema.$ref?.replace("#/components/schemas/", "");
  return name === undefined ? schema : (file.components.schemas[name] ?? {});
}
