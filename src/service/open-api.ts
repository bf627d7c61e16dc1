import type { INestApplication } from "@nestjs/common";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import {
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from "@nestjs/swagger";
import { pageHeaders } from "../fastify";

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
      .addBasicAuth()
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

/**
 * Serves the description at `/docs` and `/docs-json`. On Fastify the page gets the
 * headers of one; under those of data it would stay blank.
 */
export function setUpOpenApi(app: INestApplication): void {
  if (app.getHttpAdapter().getType() === "fastify") {
    headPages(app as NestFastifyApplication);
  }
  SwaggerModule.setup("docs", app, () => openApiDocument(app), {
    jsonDocumentUrl: "docs-json",
    yamlDocumentUrl: "docs-yaml",
    // Without the bar on top, whose logo brings a style that no policy foresees.
    swaggerOptions: { layout: "BaseLayout" },
  });
}

function headPages(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook("onRoute", (route) => {
    if (!/^\/docs(?:\/|$)/.test(route.url)) return;
    route.onSend = (_request, reply, payload, done) => {
      if (typeof payload === "string" && payload.includes("<html")) {
        reply.headers(pageHeaders(payload));
      }
      done(null, payload);
    };
  });
}
