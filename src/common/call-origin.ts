import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import { cleanText } from "./clean-text";
import { canonicalAddress } from "./ip-address";

/**
 * Where a call comes from: the network's word for the address, the client's for
 * the rest. Fit for storage.
 */
export interface CallOrigin {
  /** Client address, as the HTTP front determined it; null when there is none. */
  readonly ip: string | null;
  /** At most 512 characters. */
  readonly userAgent: string | null;
}

const maxUserAgentLength = 512;

/** What both HTTP platforms know of a request. */
export interface RequestWithOrigin {
  readonly ip?: string;
  readonly headers: { readonly "user-agent"?: string };
}

/** Where a request comes from. */
export function callOriginOf({ ip, headers }: RequestWithOrigin): CallOrigin {
  const userAgent = headers["user-agent"];
  return {
    ip: ip ? canonicalAddress(ip) : null,
    userAgent:
      userAgent === undefined
        ? null
        : cleanText(userAgent.slice(0, maxUserAgentLength)),
  };
}

/** A parameter of a handler: `@CallOrigin() origin: CallOrigin`. */
export const CallOrigin = createParamDecorator(
  (_data: unknown, context: ExecutionContext): CallOrigin =>
    callOriginOf(context.switchToHttp().getRequest<RequestWithOrigin>()),
);
