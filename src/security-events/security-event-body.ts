import { Injectable, type OnModuleInit } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { AuthError } from "../common/auth-error";
import type { HttpRequest } from "../common/http-request";
import { MountedRoutes } from "../common/mounted-routes";

/**
 * The route to which security event tokens are delivered.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8935#section-2
 */
export const securityEventsPath = "/security-events";
/** The body is the token itself. */
export const securityEventMediaType = "application/secevent+jwt";

/** Largest token, in bytes. */
const maxBytes = 16 * 1024;

/** A request whose body may be a security event token. */
export interface DeliveryRequest extends HttpRequest {
  /** On Express, which leaves a body unread if it has no parser for it. */
  readonly [Symbol.asyncIterator]?: () => AsyncIterator<Buffer>;
}

/** The part of Fastify that is used; not every application has the package. */
interface FastifyParsers {
  hasContentTypeParser(type: string): boolean;
  addContentTypeParser(
    type: string,
    options: { readonly parseAs: "string"; readonly bodyLimit: number },
    parser: (
      request: { readonly routeOptions: { readonly url?: string } },
      body: string,
      done: (error: Error | null, body?: string) => void,
    ) => void,
  ): void;
}

/** Parses security event tokens, a body type of this route only. */
@Injectable()
export class SecurityEventBody implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly routes: MountedRoutes,
  ) {}

  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost;
    if (httpAdapter.getType() !== "fastify") return;
    const fastify = httpAdapter.getInstance<FastifyParsers>();
    if (fastify.hasContentTypeParser(securityEventMediaType)) return;
    const paths = this.routes.pathsOf(securityEventsPath);
    fastify.addContentTypeParser(
      securityEventMediaType,
      { parseAs: "string", bodyLimit: maxBytes },
      ({ routeOptions: { url = "" } }, body, done) => {
        if (paths.includes(url)) done(null, body);
        else done(new AuthError("unsupported_media_type"));
      },
    );
  }

  /**
   * The token of a delivery; untrusted.
   *
   * @throws AuthError `unsupported_media_type`, `payload_too_large`
   */
  async of(request: DeliveryRequest): Promise<string> {
    if (typeof request.body === "string") return request.body;
    const [type = ""] = (request.headers["content-type"] ?? "").split(";", 1);
    const read = request[Symbol.asyncIterator]?.bind(request);
    // Bodies of other types were parsed before routing.
    const { "content-length": length, "transfer-encoding": coding } =
      request.headers;
    if (coding === undefined && Number(length ?? 0) === 0) return "";
    if (type.trim().toLowerCase() !== securityEventMediaType || !read) {
      throw new AuthError("unsupported_media_type", { reason: "not_a_token" });
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of { [Symbol.asyncIterator]: read }) {
      size += chunk.length;
      if (size > maxBytes) throw new AuthError("payload_too_large");
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  }
}
