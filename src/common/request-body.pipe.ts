import {
  type ArgumentMetadata,
  Injectable,
  ValidationPipe,
} from "@nestjs/common";
import type { ValidationError } from "class-validator";
import { AuthError, type FieldError } from "./auth-error";

/**
 * Deepest nesting of a body that is looked at. What validates it calls itself for
 * every level, and 16 kB of brackets would be more than the stack holds.
 */
const maxDepth = 32;

/**
 * Turns a body into its DTO: unknown fields are dropped, and everything that is
 * wrong is named at once, by field and rule, never by value.
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

  /** @throws AuthError `invalid_request` */
  override transform(
    value: unknown,
    metadata: ArgumentMetadata,
  ): Promise<unknown> {
    if (isDeeperThan(maxDepth, value)) {
      const message = `must not be nested deeper than ${maxDepth} levels`;
      throw new AuthError("invalid_request", {
        errors: [{ field: "body", message }],
      });
    }
    return super.transform(value, metadata);
  }
}

/** Level by level, and not by calling itself. */
function isDeeperThan(depth: number, value: unknown): boolean {
  let level: unknown[] = [value];
  for (let left = depth; left >= 0; left--) {
    level = level.flatMap((each): unknown[] =>
      typeof each === "object" && each !== null ? Object.values(each) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
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
