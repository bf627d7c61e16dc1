import type { Socket } from "node:net";
import { drip, requestText } from "../support/raw-connection";

/** The time between the bytes of a dripping client, in milliseconds. */
const dripMilliseconds = 250;

const head = "POST /auth/google HTTP/1.1\r\nHost: a\r\n";
const withBody = requestText({ headers: { "Content-Length": "1000" } });
const inChunks = requestText({
  headers: { "Content-Length": undefined, "Transfer-Encoding": "chunked" },
});

/**
 * Clients that never finish a request: a description, and the start of the
 * connection.
 */
export const slowClients: [string, (socket: Socket) => void][] = [
  ["sends nothing", stopAfter("")],
  ["sends an empty line", stopAfter("\r\n")],
  ["sends half a line", stopAfter("POST /auth/goo")],
  ["speaks HTTP/0.9", stopAfter("GET /\r\n")],
  ["stops in its head", stopAfter(`${head}X: `)],
  ["stops before the last line of its head", stopAfter(head)],
  ["stops before its body", stopAfter(withBody)],
  ["stops in its body", stopAfter(`${withBody}{"idToken":"`)],
  ["stops before its first chunk", stopAfter(inChunks)],
  ["stops in a chunk of 4 GB", stopAfter(`${inChunks}ffffffff\r\n{`)],
  ["stops before its last chunk", stopAfter(`${inChunks}2\r\n{}\r\n`)],
  ["drips its first line", dripAfter("POST /", "a")],
  ["drips its head", dripAfter(`${head}X: `, "x")],
  ["drips headers", dripAfter(head, "X: y\r\n")],
  ["drips its body", dripAfter(withBody, " ")],
  ["drips chunks", dripAfter(inChunks, "1\r\n \r\n")],
];

function stopAfter(text: string) {
  return (socket: Socket): void => {
    if (text !== "") socket.write(text);
  };
}

function dripAfter(text: string, drop: string) {
  return (socket: Socket): void => {
    socket.write(text);
    drip(socket, drop, dripMilliseconds);
  };
}
