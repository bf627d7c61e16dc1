import { exchange } from "../support/raw-connection";
import { type HostileCase, secretsOf } from "./hostile-case";

/** Makes the bytes to send from a body that would sign the known user in. */
export type Bytes = (body: string) => string | Uint8Array;

/** Bytes that are refused before they are parsed as a request. */
export function broken(
  id: string,
  name: string,
  bytes: Bytes,
  status = 400,
): HostileCase {
  return {
    id,
    name,
    status,
    code: "invalid_request",
    attack: async ({ google, known, service }) => {
      const idToken = await google.idToken({ account: known });
      const sent = bytes(JSON.stringify({ idToken }));
      return {
        secrets: secretsOf(idToken),
        send: () => exchange(service, sent),
      };
    },
  };
}

/** A body in one chunk. */
export const chunked = (body: string) =>
  `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
