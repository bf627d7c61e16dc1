import type { GoogleEmulator } from "../../src/testing/google/emulator";

/** Fields of a form or a query; undefined ones are omitted. */
export type Fields = Readonly<Record<string, string | undefined>>;

export type Json = Record<string, unknown>;

/** The fields as a form body or a query. */
export function parametersOf(fields: Fields): URLSearchParams {
  return new URLSearchParams(
    Object.entries(fields).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

/**
 * Posts a valid exchange without a code to the token endpoint; `fields`
 * override it.
 */
export async function exchange(
  google: GoogleEmulator,
  fields: Fields,
  headers: Readonly<Record<string, string>> = {},
) {
  const response = await fetch(`${google.url}/token`, {
    method: "POST",
    body: parametersOf({
      grant_type: "authorization_code",
      client_id: google.clientIds[0],
      client_secret: google.clientSecret,
      redirect_uri: "postmessage",
      ...fields,
    }),
    headers,
  });
  const json = (await response.json()) as Json;
  return { status: response.status, headers: response.headers, json };
}

/** The payload of a token, without verification. */
export function payloadOf(token: unknown): Json {
  const [, payload = ""] = String(token).split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Json;
}
