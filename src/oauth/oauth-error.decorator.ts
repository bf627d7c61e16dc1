import { applyDecorators } from "@nestjs/common";
import {
  ApiExtraModels,
  ApiResponse,
  getSchemaPath,
} from "../common/open-api.decorators";
import { headerRefs } from "../common/response-headers";
import { OAuthErrorDto } from "./token.dto";

/** Documents the errors of an OAuth endpoint by their status. */
export function ApiOAuthError(
  byStatus: Readonly<Record<number, readonly string[]>>,
): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(OAuthErrorDto),
    ApiResponse({
      status: "default",
      description: "Any other error, such as `server_error`",
      content: content({ $ref: getSchemaPath(OAuthErrorDto) }),
    }),
    ...Object.entries(byStatus).map(([status, names]) =>
      ApiResponse({
        status: Number(status),
        description: names.map((name) => `\`${name}\``).join(", "),
        headers: headersOf(Number(status), names),
        content: content({
          allOf: [
            { $ref: getSchemaPath(OAuthErrorDto) },
            {
              type: "object",
              required: ["error"],
              properties: { error: { type: "string", enum: names } },
            },
          ],
        }),
      }),
    ),
  );
}

function content(schema: object) {
  return { "application/json": { schema } };
}

function headersOf(status: number, names: readonly string[]) {
  if (status === 401) return headerRefs("WWW-Authenticate");
  if (status === 429 || status === 503) return headerRefs("Retry-After");
  return names.includes("use_dpop_nonce")
    ? headerRefs("DPoP-Nonce")
    : undefined;
}
