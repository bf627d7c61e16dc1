import { applyDecorators } from "@nestjs/common";
import { Transform } from "class-transformer";
import { ValidateIf } from "class-validator";

/** A query parameter that may be absent; empty is the same, as forms send it. */
export function IfGiven(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      value === "" ? undefined : value,
    ),
    ValidateIf((_query, value) => value !== undefined),
  );
}
