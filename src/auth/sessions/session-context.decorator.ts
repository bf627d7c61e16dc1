import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import { callOriginOf } from "../../common/call-origin";
import type { HttpRequest } from "../../common/http-request";
import type { SessionContext } from "../../sessions/session-store.port";
import {
  type BindingRequest,
  keyThumbprintOf,
} from "../access/dpop-proof.guard";

/**
 * What the tokens that a route gives out are used with: where the call comes
 * from, and the key they are bound to. The device is the body's to say.
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
