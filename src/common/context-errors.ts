import type { ArgumentsHost } from "@nestjs/common";
import { throwError } from "rxjs";
import type { AuthError } from "./auth-error";

/** Of socket.io, which has names for its messages, or of ws, which has only text. */
interface SocketClient {
  readonly handshake?: unknown;
  emit(event: string, data: object): unknown;
  send(text: string): unknown;
}

/** Answers an error of ours where there is no HTTP response: by its code, as there. */
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
      // GraphQL's own libraries answer what is thrown, with its extensions.
      throw Object.assign(new Error(detail), { extensions: { code, status } });
  }
}
