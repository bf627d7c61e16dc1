import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import { callOriginOf } from "../../common/call-origin";
import type { HttpRequest } from "../../common/http-request";
import type { SessionContext } from "../../sessions/session-store.port";
import {
  type BindingRequest,
  keyThumbprintOf,
} from "../access/dpop-proof.guard";

/**
 * The context of new tokens: the call's address and user agent, and the key that
 * the tokens are bound to. The device comes from the body.
 */
export const SessionUse = createParamDecorator(
  (_data: unknown, context: ExecutionContext): SessionContext => {
    const request = context
      .switchToHttp()
      .getRequest<HttpRequest & BindingRequest>();
    return {
      device: null,
      ...callOriginOf(request),
      keyThumbprint: keyThumbprintOf(request),
    };
  },
);
