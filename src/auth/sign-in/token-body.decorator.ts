import { applyDecorators, type Type } from "@nestjs/common";
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  getSchemaPath,
} from "../../common/open-api.decorators";
import { idTokenFields } from "./request-token";

const descriptions: Readonly<Record<(typeof idTokenFields)[number], string>> = {
  idToken: "The ID token",
  idtoken: "The same, as Google's samples post it",
  id_token: "The same, as OpenID Connect names it",
  credential: "The same, as Google Identity Services names it",
};

/**
 * Documents a body that contains an ID token under one of its names, and the
 * fields of a DTO.
 */
export function ApiTokenBody(dto: Type): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(dto),
    ApiConsumes("application/json", "application/x-www-form-urlencoded"),
    ApiBody({
      required: true,
      schema: {
        allOf: [
          {
            type: "object",
            oneOf: idTokenFields.map((field) => ({
              title: field,
              type: "object",
              required: [field],
              properties: {
                [field]: {
                  type: "string",
                  minLength: 1,
                  maxLength: 8192,
                  description: descriptions[field],
                },
              },
            })),
          },
          { $ref: getSchemaPath(dto) },
        ],
        example: { idToken: "eyJhbGciOiJSUzI1NiIsImtpZCI6…" },
      },
    }),
  );
}
