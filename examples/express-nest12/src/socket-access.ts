import { Injectable, type OnModuleDestroy } from "@nestjs/common";
import { AccessTokenVerifier, AuthError } from "nest-google-auth";
import type { Server, Socket } from "socket.io";

/** Time between two checks of the open sockets, in milliseconds. */
const checkMilliseconds = 1000;

/**
 * Checks the access token of a socket in the handshake, and then once a second:
 * a socket that only listens sends no message that a guard could refuse. The
 * token is verified from memory, also for sessions that ended on another
 * instance.
 */
@Injectable()
export class SocketAccess implements OnModuleDestroy {
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(private readonly tokens: AccessTokenVerifier) {}

  protect(server: Server): void {
    server.use((socket, next) => {
      this.check(socket).then(
        () => next(),
        (error) => next(refusal(error)),
      );
    });
    const timer = setInterval(() => {
      for (const socket of server.sockets.sockets.values()) {
        this.check(socket).catch((error) => end(socket, error));
      }
    }, checkMilliseconds);
    this.timers.push(timer.unref());
  }

  onModuleDestroy(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** @throws AuthError, as the guard */
  private async check({ handshake }: Socket): Promise<void> {
    const token: unknown = handshake.auth.token;
    if (typeof token !== "string") throw new AuthError("unauthenticated");
    const user = await this.tokens.verify(token);
    // A socket cannot prove possession of a key; see docs/oauth.md.
    if (user.confirmation !== null) throw new AuthError("unauthenticated");
    if (!user.scopes.includes("user"))
      throw new AuthError("profile_incomplete");
  }
}

/** The error of the handshake: the client gets its `data`. */
function refusal(error: unknown): Error {
  const { code, status } =
    error instanceof AuthError ? error : new AuthError("internal_error");
  return Object.assign(new Error(code), { data: { code, status } });
}

function end(socket: Socket, error: unknown): void {
  // During an outage, sessions are neither known to be good nor to have ended.
  if (!(error instanceof AuthError) || error.status >= 500) return;
  const { code, status } = error;
  socket.emit("exception", { code, status });
  socket.disconnect(true);
}
