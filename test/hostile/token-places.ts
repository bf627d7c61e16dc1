import { idTokenFields } from "../../src/auth/request-token";
import { type Attack, request } from "./hostile-case";
import type { Target } from "./target";
import type { Verifier } from "./token-kinds";

/** A place that takes a token. */
export interface TokenPlace {
  readonly name: string;
  readonly verifier: Verifier;
  readonly send: (target: Target, token: string) => Attack["send"];
}

const signIns: TokenPlace[] = ["/auth/google", "/tokensignin"].flatMap((path) =>
  idTokenFields.flatMap((field): TokenPlace[] => [
    {
      name: `${path}, ${field} in JSON`,
      verifier: "sign-in",
      send: (target, token) =>
        request(target, {
          path,
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ [field]: token }),
        }),
    },
    {
      name: `${path}, ${field} in a form`,
      verifier: "sign-in",
      send: (target, token) =>
        request(target, {
          path,
          body: new URLSearchParams({ [field]: token }),
        }),
    },
  ]),
);

const guarded = ["/users/me", "/matrix/optional", "/matrix/admin"].map(
  (path): TokenPlace => ({
    name: `${path}, Authorization`,
    verifier: "guard",
    send: (target, token) =>
      request(target, {
        path,
        method: "GET",
        headers: { authorization: `Bearer ${token}` },
      }),
  }),
);

/** All of them; a new endpoint is one line here, and a column for every kind. */
export const tokenPlaces: TokenPlace[] = [...signIns, ...guarded];
