import type * as Swagger from "@nestjs/swagger";

export type { ApiPropertyOptions, ApiResponseOptions } from "@nestjs/swagger";

/**
 * The decorators that describe the routes for OpenAPI. @nestjs/swagger is
 * optional: without it they do nothing.
 */
const swagger = installed();

function installed(): typeof Swagger | undefined {
  try {
    return require("@nestjs/swagger") as typeof Swagger;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "MODULE_NOT_FOUND") throw error;
    return undefined;
  }
}

const nothing = () => () => undefined;

function decorator<Name extends keyof typeof Swagger>(
  name: Name,
): (typeof Swagger)[Name] {
  return (swagger?.[name] ?? nothing) as (typeof Swagger)[Name];
}

export const ApiAcceptedResponse = decorator("ApiAcceptedResponse");
export const ApiBadRequestResponse = decorator("ApiBadRequestResponse");
export const ApiBasicAuth = decorator("ApiBasicAuth");
export const ApiBearerAuth = decorator("ApiBearerAuth");
export const ApiBody = decorator("ApiBody");
export const ApiConsumes = decorator("ApiConsumes");
export const ApiExcludeController = decorator("ApiExcludeController");
export const ApiExtraModels = decorator("ApiExtraModels");
export const ApiHeader = decorator("ApiHeader");
export const ApiNoContentResponse = decorator("ApiNoContentResponse");
export const ApiOkResponse = decorator("ApiOkResponse");
export const ApiOperation = decorator("ApiOperation");
export const ApiParam = decorator("ApiParam");
export const ApiProduces = decorator("ApiProduces");
export const ApiProperty = decorator("ApiProperty");
export const ApiPropertyOptional = decorator("ApiPropertyOptional");
export const ApiQuery = decorator("ApiQuery");
export const ApiResponse = decorator("ApiResponse");
export const ApiSecurity = decorator("ApiSecurity");
export const ApiTags = decorator("ApiTags");

/** A reference to a class in a description. */
export function getSchemaPath(model: { readonly name: string }): string {
  return `#/components/schemas/${model.name}`;
}
