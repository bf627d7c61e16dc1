import {
  type ArgumentMetadata,
  Injectable,
  type Type,
  ValidationPipe,
} from "@nestjs/common";
import { getMetadataStorage, type ValidationError } from "class-validator";
import { AuthError, type FieldError } from "./auth-error";

/** Deepest nesting of a field that is accepted. */
const maxDepth = 16;

/**
 * Turns a body into its DTO: drops unknown fields and reports all invalid ones
 * at once, by field and rule, never by value.
 */
@Injectable()
export class RequestBodyPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) =>
        new AuthError("invalid_request", { errors: fieldErrors(errors) }),
    });
  }

  override async transform(
    value: unknown,
    metadata: ArgumentMetadata,
  ): Promise<unknown> {
    const { metatype } = metadata;
    if (!metatype || !isObject(value)) {
      // Nest recurses into arrays without a limit; all of them are refused anyway.
      const shallow = Array.isArray(value) ? [] : value;
      return super.transform(shallow, metadata);
    }
    const known = knownFields(value, metatype);
    if (Object.keys(known).length > 0) return super.transform(known, metadata);
    // Most bodies have no optional field, and whether that is valid never changes.
    if (allOptional.has(metatype)) return new metatype();
    const dto: unknown = await super.transform(known, metadata);
    allOptional.add(metatype);
    return dto;
  }
}

/** The DTOs that are valid without any field. */
const allOptional = new WeakSet<Type>();

/** Cached, since decorators do not change at run time. */
const fieldNames = new WeakMap<Type, ReadonlySet<string>>();

/** The names of the fields of a DTO that have a validation rule. */
export function fieldsOf(type: Type): ReadonlySet<string> {
  const known = fieldNames.get(type);
  if (known) return known;
  const rules = getMetadataStorage().getTargetValidationMetadatas(
    type,
    "",
    false,
    false,
  );
  const names = new Set(rules.map(({ propertyName }) => propertyName));
  fieldNames.set(type, names);
  return names;
}

/**
 * The part of a body to validate. class-validator recurses without a limit and
 * deletes properties of the object it is given.
 */
function knownFields(body: Record<string, unknown>, type: Type): object {
  const known: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  for (const field of fieldsOf(type)) {
    if (!Object.hasOwn(body, field)) continue;
    known[field] = body[field];
    if (isDeeper(body[field], maxDepth)) {
      errors.push({ field, message: "must not be nested so deep" });
    }
  }
  if (errors.length > 0) throw new AuthError("invalid_request", { errors });
  return known;
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((member) => isDeeper(member, depth - 1));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldErrors(errors: readonly ValidationError[]): FieldError[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => [
    ...Object.values(constraints).map((message) => ({
      field: property,
      message,
    })),
    ...fieldErrors(children).map(({ field, message }) => ({
      field: `${property}.${field}`,
      message,
    })),
  ]);
}
