import { SubscribeMessage, WebSocketGateway } from "@nestjs/websockets";
import { CurrentUser, type Principal, Roles } from "nest-google-auth";

/** Every message is guarded by the token of the handshake: `io(url, { auth: { token } })`. */
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
