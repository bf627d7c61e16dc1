import { applyDecorators } from "@nestjs/common";
import {
  ApiExtraModels,
  ApiResponse,
  schemaReference,
} from "../common/open-api.decorators";
import { OAuthErrorDto } from "./token.dto";

/** Documents the errors of an OAuth endpoint by their status. */
export function ApiOAuthError(
  byStatus: Readonly<Record<number, readonly string[]>>,
): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(OAuthErrorDto),
    ...Object.entries(byStatus).map(([status, names]) =>
      ApiResponse({
        status: Number(status),
        description: names.map((name) => `\`${name}\``).join(", "),
        content: {
          "application/json": {
            schema: { $ref: schemaReference(OAuthErrorDto) },
          },
        },
      }),
    ),
  );
}
