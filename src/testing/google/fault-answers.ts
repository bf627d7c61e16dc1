import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { googleErrorAnswer, type EmulatorAnswer } from "./emulator-answer";
import type { EndpointFault } from "./faults";

const HTML_PAGE =
  "<!DOCTYPE html><html><title>Sorry</title><body>We are sorry.</body></html>\n";
const CHUNK = Buffer.alloc(64 * 1024, "x");

/** Writes a response without a fault. */
export function send(response: ServerResponse, answer: EmulatorAnswer): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    "Content-Length": Buffer.byteLength(answer.body),
  });
  response.end(answer.body);
}

/**
 * Writes a response with a fault applied. Settles when nothing is left to do,
 * also if the client has disconnected or will never get a response.
 */
export async function sendSpoiled(
  response: ServerResponse,
  answer: EmulatorAnswer,
  fault: EndpointFault,
): Promise<void> {
  if (fault.latencyMs !== undefined) {
    await waitOrGone(response, fault.latencyMs);
  }
  if (fault.hang || response.destroyed) {
    return;
  }
  if (fault.reset) {
    response.socket?.resetAndDestroy();
    return;
  }
  const spoiled = spoil(answer, fault);
  if (fault.oversized !== undefined) {
    await stream(response, spoiled, fault.oversized);
  } else if (fault.dripMs !== undefined) {
    await drip(response, spoiled, fault.dripMs);
  } else {
    send(response, spoiled);
  }
}

/** Applies a fault to a response, except for timing and length. */
function spoil(answer: EmulatorAnswer, fault: EndpointFault): EmulatorAnswer {
  const { status, headers, body } = substitute(answer, fault);
  const changed: Record<string, string> = { ...headers };
  if (fault.cacheControl !== undefined) {
    delete changed.Age;
    delete changed.Expires;
    replace(changed, "Cache-Control", fault.cacheControl);
  }
  if (fault.contentType !== undefined) {
    replace(changed, "Content-Type", fault.contentType);
  }
  return { status: fault.status ?? status, headers: changed, body };
}

function substitute(
  answer: EmulatorAnswer,
  fault: EndpointFault,
): EmulatorAnswer {
  if (fault.redirectTo !== undefined) {
    return { status: 302, headers: { Location: fault.redirectTo }, body: "" };
  }
  if (fault.html) {
    const headers = { ...answer.headers, "Content-Type": "text/html" };
    return { ...answer, headers, body: HTML_PAGE };
  }
  if (fault.empty) {
    return { ...answer, body: "{}" };
  }
  if (fault.truncated) {
    return { ...answer, body: answer.body.slice(0, answer.body.length / 2) };
  }
  if (fault.body !== undefined) {
    return { ...answer, body: fault.body };
  }
  if (fault.status !== undefined && fault.status >= 400 && !fault.oversized) {
    return googleErrorAnswer(fault.status);
  }
  return answer;
}

function replace(
  headers: Record<string, string>,
  name: string,
  value: string | null,
): void {
  if (value === null) {
    delete headers[name];
  } else {
    headers[name] = value;
  }
}

/** No Content-Length: the client must enforce its own limit. */
async function stream(
  response: ServerResponse,
  { status, headers }: EmulatorAnswer,
  bytes: number,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.writeHead(status, headers);
  for (let left = bytes; left > 0; left -= CHUNK.length) {
    if (!response.write(CHUNK.subarray(0, left))) {
      await once(response, "drain", { signal: gone.signal }).catch(() => {});
    }
    if (gone.signal.aborted) {
      return;
    }
  }
  response.end();
}

/** With Content-Length: only the speed of the response is unusual. */
async function drip(
  response: ServerResponse,
  { status, headers, body }: EmulatorAnswer,
  milliseconds: number,
): Promise<void> {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "Content-Length": bytes.length });
  for (const byte of bytes) {
    response.write(Uint8Array.of(byte));
    await waitOrGone(response, milliseconds);
    if (response.destroyed) {
      return;
    }
  }
  response.end();
}

async function waitOrGone(
  response: ServerResponse,
  milliseconds: number,
): Promise<void> {
  const gone = new AbortController();
  const abort = () => gone.abort();
  response.once("close", abort);
  await delay(milliseconds, undefined, { signal: gone.signal }).catch(() => {});
  response.off("close", abort);
}
