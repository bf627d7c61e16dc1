import { Injectable, ValidationPipe } from "@nestjs/common";
import type { ValidationError } from "class-validator";
import { AuthError, type FieldError } from "./auth-error";

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
