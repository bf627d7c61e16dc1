import { Injectable, type OnModuleInit } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { AuthError } from "../common/auth-error";

/**
 * Where security event tokens are delivered.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8935#section-2
 */
export const securityEventsPath = "/security-events";
/** The body is the token itself. */
export const securityEventMediaType = "application/secevent+jwt";

/** Largest token, in bytes. */
const maxBytes = 16 * 1024;

/** What both HTTP platforms know of a request. */
export interface DeliveryRequest {
  readonly body?: unknown;
  readonly headers: {
    readonly "content-length"?: string;
    readonly "content-type"?: string;
    readonly "transfer-encoding"?: string;
  };
  /** On Express, which leaves a body alone that it has no parser for. */
  readonly [Symbol.asyncIterator]?: () => AsyncIterator<Buffer>;
}

/** As much as is needed of Fastify, which not every application has. */
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

/**
 * Security event tokens are a third kind of body, of the one route that takes
 * them, wherever the application has put it.
 */
@Injectable()
export class SecurityEventBody implements OnModuleInit {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost;
    if (httpAdapter.getType() !== "fastify") return;
    const fastify = httpAdapter.getInstance<FastifyParsers>();
    if (fastify.hasContentTypeParser(securityEventMediaType)) return;
    fastify.addContentTypeParser(
      securityEventMediaType,
      { parseAs: "string", bodyLimit: maxBytes },
      ({ routeOptions: { url = "" } }, body, done) => {
        if (url.endsWith(securityEventsPath)) done(null, body);
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
    // Other kinds of body are parsed before anybody asks which route they are for.
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
