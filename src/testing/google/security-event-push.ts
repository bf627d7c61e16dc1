import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";

/** What a receiver answered. */
export interface PushAnswer {
  readonly status: number;
  /** Its start, at most 64 KiB. */
  readonly body: string;
}

const KEPT_BYTES = 64 * 1024;

/**
 * Hands a security event token to a receiver, RFC 8935 §2.1, on a connection of
 * its own that ends with the answer. A redirect is an answer, and not followed.
 *
 * @param timeoutMs how long the whole of it may take
 * @param signal gives up
 * @throws Error when there is no answer: refused, reset, timed out, given up
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
