import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import { cleanText } from "./clean-text";
import type { HttpRequest } from "./http-request";
import { canonicalAddress } from "./ip-address";

/** Where a call comes from, cleaned for storage. The client chooses its user agent. */
export interface CallOrigin {
  /** Client address, as the HTTP server determined it; null if unknown. */
  readonly ip: string | null;
  /** At most 512 characters. */
  readonly userAgent: string | null;
}

const maxUserAgentLength = 512;

/** The origin of a request. */
export function callOriginOf({
  ip,
  headers,
}: Pick<HttpRequest, "ip" | "headers">): CallOrigin {
  const userAgent = headers["user-agent"];
  return {
    ip: ip ? canonicalAddress(ip) : null,
    userAgent:
      userAgent === undefined
        ? null
        : cleanText(userAgent.slice(0, maxUserAgentLength)),
  };
}

/** Parameter decorator: `@CallOrigin() origin: CallOrigin`. */
export const CallOrigin = createParamDecorator(
  (_data: unknown, context: ExecutionContext): CallOrigin =>
    callOriginOf(context.switchToHttp().getRequest<HttpRequest>()),
);
