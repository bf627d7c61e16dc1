import type { ArgumentsHost } from "@nestjs/common";

/** A WebSocket client of socket.io, or one of ws on which the gateway keeps its request. */
interface SocketClient {
  readonly handshake?: {
    readonly headers: object;
    readonly auth?: { readonly token?: unknown };
  };
  readonly request?: { readonly headers: object };
  user?: unknown;
}

/** The context that both GraphQL drivers pass to a resolver. */
interface GraphqlContext {
  readonly req?: object;
  readonly res?: object;
  readonly reply?: { readonly request: object };
}

/**
 * The request behind a call of any kind: the HTTP request, the one that carries
 * a GraphQL operation, or the handshake of a WebSocket. For any other kind, an
 * object without headers.
 */
export function requestOf<Request>(host: ArgumentsHost): Request {
  return requestBehind(host) as Request;
}

function requestBehind(host: ArgumentsHost): object {
  switch (host.getType<string>()) {
    case "http":
      return host.switchToHttp().getRequest<object>();
    case "graphql": {
      const context = host.getArgByIndex<GraphqlContext>(2);
      return context.req ?? context.reply?.request ?? nobody();
    }
    case "ws":
      return messageOf(host);
    default:
      return nobody();
  }
}

/** The response to such a call; undefined if it has no headers. */
export function responseOf<Response>(
  host: ArgumentsHost,
): Response | undefined {
  if (host.getType<string>() === "http") {
    return host.switchToHttp().getResponse<Response>();
  }
  if (host.getType<string>() !== "graphql") return undefined;
  const context = host.getArgByIndex<GraphqlContext>(2);
  return (context.res ?? context.reply) as Response | undefined;
}

/**
 * Represents one message of a WebSocket as a new request, so that every message
 * is checked: a socket may outlive its access token. Its user is stored on the
 * client.
 */
function messageOf(host: ArgumentsHost): object {
  const client = host.switchToWs().getClient<SocketClient>();
  const { handshake, request } = client;
  const headers = handshake?.headers ?? request?.headers ?? {};
  const token = handshake?.auth?.token;
  return {
    ...nobody(),
    headers:
      typeof token === "string"
        ? { ...headers, authorization: `Bearer ${token}` }
        : headers,
    get user(): unknown {
      return client.user;
    },
    set user(user: unknown) {
      client.user = user;
    },
  };
}

function nobody(): object {
  return { method: "", originalUrl: "", headers: {} };
}
