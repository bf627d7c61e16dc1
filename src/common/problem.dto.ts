import { applyDecorators } from "@nestjs/common";
import {
  ApiExtraModels,
  ApiProperty,
  ApiResponse,
  schemaReference,
} from "./open-api.decorators";
import { type AuthErrorCode, authErrorCodes } from "./auth-error-codes";

class FieldErrorDto {
  @ApiProperty()
  readonly field!: string;

  @ApiProperty({ description: "What is wrong; never the value" })
  readonly message!: string;
}

/** An error as every route answers it: `application/problem+json` (RFC 9457). */
export class ProblemDto {
  @ApiProperty({ format: "uri-reference" })
  readonly type!: string;

  @ApiProperty()
  readonly title!: string;

  @ApiProperty()
  readonly status!: number;

  @ApiProperty({ enum: Object.keys(authErrorCodes) })
  readonly code!: AuthErrorCode;

  @ApiProperty()
  readonly detail!: string;

  @ApiProperty({ description: "Quote it when you report a problem" })
  readonly requestId!: string;

  @ApiProperty({
    required: false,
    description: "Which check refused; outside production only",
  })
  readonly reason?: string;

  @ApiProperty({ required: false, type: [FieldErrorDto] })
  readonly errors?: readonly FieldErrorDto[];
}

/** Documents the error codes a route answers with, grouped by status. */
export function ApiProblem(...codes: AuthErrorCode[]): MethodDecorator {
  const byStatus = new Map<number, AuthErrorCode[]>();
  for (const code of codes) {
    const { status } = authErrorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...[...byStatus].map(([status, group]) =>
      ApiResponse({
        status,
        description: group.map((code) => `\`${code}\``).join(", "),
        content: {
          "application/problem+json": {
            schema: { $ref: schemaReference(ProblemDto) },
          },
        },
      }),
    ),
  );
}
