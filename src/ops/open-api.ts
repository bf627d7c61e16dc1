import type { INestApplication } from "@nestjs/common";
import {
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from "@nestjs/swagger";

/** The OpenAPI description of every route of an application. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setTitle("nest-google-auth")
      .setDescription(
        "Sign-in with Google: a front end hands over a Google ID token, and gets this service's own tokens.",
      )
      .setVersion("1")
      .addBearerAuth({ type: "http", scheme: "bearer", bearerFormat: "at+jwt" })
      .build(),
    { operationIdFactory: (_controller, method) => method },
  );
  // One method under two paths is `name[0]` and `name[1]`, which client
  // generators cannot turn into names.
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.post]) {
      if (operation?.operationId) {
        operation.operationId = operation.operationId
          .replace("[0]", "")
          .replace(/\[(\d+)\]/, "Alias$1");
      }
    }
  }
  return document;
}

/** Serves the description at `/docs` and `/docs-json`. */
export function setUpOpenApi(app: INestApplication): void {
  SwaggerModule.setup("docs", app, () => openApiDocument(app), {
    jsonDocumentUrl: "docs-json",
    yamlDocumentUrl: "docs-yaml",
  });
}
