import { UseFilters, UseGuards } from "@nestjs/common";
import { SubscribeMessage, WebSocketGateway } from "@nestjs/websockets";
import {
  AccessTokenGuard,
  AuthErrorFilter,
  CurrentUser,
  type Principal,
  Roles,
} from "nest-google-auth";

/**
 * Every message is guarded by the token of the handshake: `io(url, { auth: { token } })`.
 * Nest applies neither global guards nor global filters to gateways.
 */
@UseGuards(AccessTokenGuard)
@UseFilters(AuthErrorFilter)
@WebSocketGateway()
export class ThingsGateway {
  @SubscribeMessage("me")
  me(@CurrentUser() user: Principal) {
    return { event: "me", data: user.userId };
  }

  @Roles("admin")
  @SubscribeMessage("secret")
  secret() {
    return { event: "secret", data: "for administrators" };
  }
}
