import { type HostileCase, request, secretsOf } from "./hostile-case";
import type { Target } from "./target";

export const json = "application/json";
export const form = "application/x-www-form-urlencoded";

/** A body, made from a token that would sign the known user in. */
export type Body = (idToken: string) => string | Uint8Array | undefined;

/** A request to the sign-in with this body, without an expected response. */
export function sent(
  id: string,
  name: string,
  contentType: string | undefined,
  body: Body,
  headers: Readonly<Record<string, string>> = {},
): Pick<HostileCase, "id" | "name" | "attack"> {
  return {
    id,
    name,
    attack: async (target: Target) => {
      const idToken = await target.google.idToken({ account: target.known });
      const text = body(idToken);
      return {
        secrets: secretsOf(idToken),
        send: request(target, {
          headers: {
            ...headers,
            ...(contentType !== undefined && { "content-type": contentType }),
          },
          // As bytes, because fetch sets a content type for a string.
          body: text === undefined ? undefined : Buffer.from(text),
        }),
      };
    },
  };
}

/** 400, naming the field. */
export function malformed(
  id: string,
  name: string,
  contentType: string | undefined,
  field: string,
  body: Body,
): HostileCase {
  return {
    ...sent(id, name, contentType, body),
    status: 400,
    code: "invalid_request",
    field,
  };
}
