import type { ArgumentsHost } from "@nestjs/common";
import { throwError } from "rxjs";
import type { AuthError } from "./auth-error";

/**
 * A client of socket.io, which has named messages, or of ws, which only has
 * text.
 */
interface SocketClient {
  readonly handshake?: unknown;
  emit(event: string, data: object): unknown;
  send(text: string): unknown;
}

/**
 * Reports one of our errors where there is no HTTP response, with the same
 * code.
 */
export function answerMessage(
  { code, status, detail }: AuthError,
  host: ArgumentsHost,
): unknown {
  const body = { code, status, detail };
  switch (host.getType<string>()) {
    case "ws": {
      const client = host.switchToWs().getClient<SocketClient>();
      if (client.handshake) client.emit("exception", body);
      else client.send(JSON.stringify({ event: "exception", data: body }));
      return undefined;
    }
    case "rpc":
      return throwError(() => body);
    default:
      // GraphQL libraries report what is thrown, with its extensions.
      throw Object.assign(new Error(detail), { extensions: { code, status } });
  }
}
