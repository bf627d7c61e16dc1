import type { INestApplication } from "@nestjs/common";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import {
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from "@nestjs/swagger";
import { responseHeaders } from "../common/response-headers";
import { asOpenApi31 } from "./open-api-31";
import { describeOperations, operationKey } from "./open-api-operations";
import { packageVersion } from "./package-version";
import { pageHeaders } from "../fastify";

/** In the order in which readers need them. */
const tags: Readonly<Record<string, string>> = {
  "Sign-in": "Exchange a Google ID token or an authorization code for tokens",
  Sessions: "Refresh tokens, sign out, list and end sessions, reauthenticate",
  Users: "The signed-in user: profile, linked accounts, export, deletion",
  Administration: "Users and the audit log, for the role `admin`",
  "For other services": "OAuth endpoints, keys and metadata (RFC 8414, 7517)",
  "Security events": "The receiver of Cross-Account Protection (RFC 8935)",
  Operations: "Health of the service",
};

/**
 * The OpenAPI 3.1 description of every route of an application. Once the
 * application is initialized, it does not contain routes that the configuration
 * turns off.
 */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, outline(), {
    operationIdFactory: operationKey,
  });
  describeOperations(app, document);
  document.tags = usedTags(document);
  return asOpenApi31(document);
}

function outline(): Omit<OpenAPIObject, "paths"> {
  const outline = new DocumentBuilder()
    .setOpenAPIVersion("3.1.0")
    .setTitle("nest-google-auth")
    .setDescription(
      "Sign-in with Google: a front end sends a Google ID token and receives this service's own tokens.",
    )
    .setVersion(packageVersion)
    .setLicense("MIT", "https://opensource.org/license/mit")
    .addServer("/", "This service")
    .addBearerAuth({
      type: "http",
      scheme: "bearer",
      bearerFormat: "at+jwt",
      description: "The access token (RFC 6750)",
    })
    .addSecurity("dpop", {
      type: "http",
      scheme: "DPoP",
      description:
        "An access token that is bound to the client's key, together with a proof in the header `DPoP` (RFC 9449)",
    })
    .addCookieAuth(
      "__Host-refresh",
      {
        type: "apiKey",
        in: "cookie",
        description:
          "The refresh token of a browser; the cookie is named `refresh` on plain http in development",
      },
      "refreshCookie",
    )
    .addBasicAuth({
      type: "http",
      scheme: "basic",
      description: "A service of `INTROSPECTION_CLIENTS`",
    })
    .build();
  outline.components = { ...outline.components, headers: responseHeaders };
  return outline;
}

/** Our tags in our order, then those of the application's own routes. */
function usedTags({ paths, tags: given = [] }: OpenAPIObject) {
  const used = new Set(
    Object.values(paths).flatMap((path) =>
      Object.values(path as Record<string, { tags?: string[] }>).flatMap(
        (operation) => operation.tags ?? [],
      ),
    ),
  );
  const names = [...Object.keys(tags), ...used].filter((tag) => used.has(tag));
  return [...new Set(names)].map(
    (name) =>
      given.find((tag) => tag.name === name) ?? {
        name,
        description: tags[name] ?? name,
      },
  );
}

/**
 * Serves the description at `/docs` and `/docs-json`. On Fastify it gets the
 * headers of an HTML page; with those for data it would stay blank.
 */
export function setUpOpenApi(app: INestApplication): void {
  if (app.getHttpAdapter().getType() === "fastify") {
    headPages(app as NestFastifyApplication);
  }
  SwaggerModule.setup("docs", app, () => openApiDocument(app), {
    jsonDocumentUrl: "docs-json",
    yamlDocumentUrl: "docs-yaml",
    // Hides the top bar, because its logo has an inline style that the policy
    // does not allow.
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
