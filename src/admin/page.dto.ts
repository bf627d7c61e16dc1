import { applyDecorators } from "@nestjs/common";
import { ApiPropertyOptional } from "../common/open-api.decorators";
import { Transform } from "class-transformer";
import {
  IsInt,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from "class-validator";

const maxPageSize = 100;
const defaultPageSize = 50;
const limitMessage = `must be an integer from 1 to ${maxPageSize}, sent once`;

/**
 * An optional query parameter; an empty one counts as absent, since that is how
 * forms send it.
 */
export function IfGiven(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      value === "" ? undefined : value,
    ),
    ValidateIf((_query, value) => value !== undefined),
  );
}

/** The part of a list to return. */
export class PageQueryDto {
  @ApiPropertyOptional({
    description: "The `nextCursor` of the previous page; omit it for the first",
  })
  @IfGiven()
  @IsString({ message: "must be a string, sent once" })
  @MaxLength(512, { message: "must have at most 512 characters" })
  readonly cursor?: string;

  @ApiPropertyOptional({
    type: "integer",
    minimum: 1,
    maximum: maxPageSize,
    default: defaultPageSize,
  })
  @Transform(({ value }: { value: unknown }) => {
    if (value === "" || value === undefined) return defaultPageSize;
    return typeof value === "string" && /^\d{1,3}$/.test(value)
      ? Number(value)
      : value;
  })
  @IsInt({ message: limitMessage })
  @Min(1, { message: limitMessage })
  @Max(maxPageSize, { message: limitMessage })
  readonly limit: number = defaultPageSize;
}
