import { UseFilters, UseGuards } from "@nestjs/common";
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from "@nestjs/websockets";
import {
  AccessTokenGuard,
  AuthErrorFilter,
  CurrentUser,
  Roles,
} from "nest-google-auth";
import type { Server, Socket } from "socket.io";
import { SocketAccess } from "./socket-access.js";

/**
 * A room for everybody who is signed in. The handshake is checked, and so is
 * every message; a socket whose session ends is disconnected.
 */
@UseGuards(AccessTokenGuard)
@UseFilters(AuthErrorFilter)
@WebSocketGateway()
export class RoomGateway implements OnGatewayInit<Server> {
  @WebSocketServer()
  private readonly server!: Server;

  constructor(private readonly access: SocketAccess) {}

  afterInit(server: Server): void {
    this.access.protect(server);
  }

  @SubscribeMessage("say")
  say(
    @CurrentUser("userId") from: string,
    @MessageBody() text: unknown,
    @ConnectedSocket() socket: Socket,
  ): { event: string; data: string } {
    const words = String(text).slice(0, 1000);
    socket.broadcast.emit("said", { from, text: words });
    return { event: "sent", data: words };
  }

  @Roles("admin")
  @SubscribeMessage("clear")
  clear(): void {
    this.server.emit("cleared");
  }
}
