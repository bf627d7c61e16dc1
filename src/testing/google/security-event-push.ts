import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";

/** The response of a receiver. */
export interface PushAnswer {
  readonly status: number;
  /** At most the first 64 KiB. */
  readonly body: string;
}

const KEPT_BYTES = 64 * 1024;

/**
 * Sends a security event token to a receiver, RFC 8935 §2.1, on a new
 * connection. Redirects are not followed.
 *
 * @param timeoutMs the timeout of the whole exchange
 * @param signal aborts it
 * @throws Error if there is no response: refused, reset, timed out or aborted
 */
export function pushSecurityEvent(
  url: string,
  token: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<PushAnswer> {
  const send = url.startsWith("https:") ? requestHttps : requestHttp;
  const timeout = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(timeout.aborted ? new Error("timeout", { cause }) : cause);
    const request = send(
      url,
      {
        method: "POST",
        agent: false,
        signal: AbortSignal.any([signal, timeout]),
        headers: {
          "Content-Type": "application/secevent+jwt",
          Accept: "application/json",
          "Content-Length": Buffer.byteLength(token),
        },
      },
      (response) => {
        startOf(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, body }),
          fail,
        );
      },
    );
    request.on("error", fail);
    request.end(token);
  });
}

async function startOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= KEPT_BYTES) {
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, KEPT_BYTES).toString();
}
