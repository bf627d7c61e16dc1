import { applyDecorators } from "@nestjs/common";
import {
  ApiExtraModels,
  ApiProperty,
  ApiResponse,
  getSchemaPath,
} from "./open-api.decorators";
import type { AuthError } from "./auth-error";
import { type AuthErrorCode, authErrorCodes } from "./auth-error-codes";
import { headerRefs, type ResponseHeaderName } from "./response-headers";

class FieldErrorDto {
  @ApiProperty()
  readonly field!: string;

  @ApiProperty({ description: "What is wrong; never the value" })
  readonly message!: string;
}

/** The error response of every route: `application/problem+json` (RFC 9457). */
export class ProblemDto {
  @ApiProperty({
    format: "uri-reference",
    example: "urn:nest-google-auth:error:token_expired",
  })
  readonly type!: string;

  @ApiProperty({ example: authErrorCodes.token_expired.title })
  readonly title!: string;

  @ApiProperty({
    type: "integer",
    example: authErrorCodes.token_expired.status,
  })
  readonly status!: number;

  @ApiProperty({
    enum: Object.keys(authErrorCodes),
    enumName: "ErrorCode",
    example: "token_expired",
  })
  readonly code!: AuthErrorCode;

  @ApiProperty({ example: authErrorCodes.token_expired.detail })
  readonly detail!: string;

  @ApiProperty({
    description: "Quote it when you report a problem",
    example: "5f0c2f4e-6f2b-4c1e-9a51-0d5b7a1c9e33",
  })
  readonly requestId!: string;

  @ApiProperty({
    required: false,
    description: "Which check refused; outside production only",
  })
  readonly reason?: string;

  @ApiProperty({ required: false, type: [FieldErrorDto] })
  readonly errors?: readonly FieldErrorDto[];
}

/** The headers of an error by its code; see {@link responseHeaders}. */
const headersOfCodes: Readonly<
  Partial<Record<AuthErrorCode, readonly ResponseHeaderName[]>>
> = {
  unauthenticated: ["WWW-Authenticate"],
  reauthentication_required: ["WWW-Authenticate"],
  profile_incomplete: ["WWW-Authenticate"],
  use_dpop_nonce: ["DPoP-Nonce"],
  rate_limited: ["Retry-After"],
  identity_provider_unavailable: ["Retry-After"],
  service_unavailable: ["Retry-After"],
};

/**
 * Documents the error codes of a route, grouped by status, and that any other
 * error has the same format.
 */
export function ApiProblem(...codes: AuthErrorCode[]): MethodDecorator {
  const byStatus = new Map<number, AuthErrorCode[]>();
  for (const code of codes) {
    const { status } = authErrorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ApiResponse({
      status: "default",
      description: "Any other error, such as `internal_error`",
      content: problemContent({ $ref: getSchemaPath(ProblemDto) }),
    }),
    ...[...byStatus].map(([status, group]) =>
      ApiResponse({
        status,
        description: group
          .map((code) => `\`${code}\`: ${authErrorCodes[code].detail}`)
          .join("\n\n"),
        headers: headerRefs(
          ...new Set(group.flatMap((code) => headersOfCodes[code] ?? [])),
        ),
        content: problemContent({
          allOf: [
            { $ref: getSchemaPath(ProblemDto) },
            {
              type: "object",
              required: ["code"],
              properties: { code: { type: "string", enum: group } },
            },
          ],
          example: exampleOf(group[0] ?? "internal_error"),
        }),
      }),
    ),
  );
}

export const problemContentType = "application/problem+json; charset=utf-8";

/**
 * The body of an error response.
 *
 * @param showReason whether to name the failed check; never in production
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problemOf(
  error: AuthError,
  requestId: string,
  showReason: boolean,
): ProblemDto {
  const { status, title, detail } = error;
  return {
    type: `urn:nest-google-auth:error:${error.code}`,
    title,
    status,
    code: error.code,
    detail,
    requestId,
    ...(error.errors && { errors: error.errors }),
    ...(showReason && error.reason && { reason: error.reason }),
  };
}

function problemContent(schema: object) {
  return { "application/problem+json": { schema } };
}

function exampleOf(code: AuthErrorCode): ProblemDto {
  const { status, title, detail } = authErrorCodes[code];
  const type = `urn:nest-google-auth:error:${code}`;
  const requestId = "5f0c2f4e-6f2b-4c1e-9a51-0d5b7a1c9e33";
  return { type, title, status, code, detail, requestId };
}
