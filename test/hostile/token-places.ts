import { idTokenFields } from "../../src/auth/sign-in/request-token";
import { basicAuth } from "../support/oauth";
import { type Attack, request } from "./hostile-case";
import type { Target } from "./target";
import type { Verifier } from "./token-kinds";

/** An endpoint that takes a token. */
export interface TokenPlace {
  readonly name: string;
  readonly verifier: Verifier;
  /** The status for an accepted token; 200 by default. */
  readonly goodStatus?: number;
  /** Whether a service account gets its own reason; true by default. */
  readonly tellsPrograms?: boolean;
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

const redirect: TokenPlace = {
  name: "/auth/google/redirect, credential in a form",
  verifier: "sign-in",
  goodStatus: 303,
  send: (target, token) =>
    request(target, {
      path: "/auth/google/redirect",
      redirect: "manual",
      headers: {
        origin: "https://accounts.google.com",
        cookie: "g_csrf_token=csrf",
      },
      body: new URLSearchParams({ credential: token, g_csrf_token: "csrf" }),
    }),
};

/** The client for /verify-token. */
export const verifyTokenClient = {
  id: "matrix",
  secret: "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
};

const verifyToken: TokenPlace = {
  name: "/verify-token, token in JSON",
  verifier: "sign-in",
  tellsPrograms: false,
  send: (target, token) =>
    request(target, {
      path: "/verify-token",
      headers: {
        "content-type": "application/json",
        ...basicAuth(verifyTokenClient.id, verifyTokenClient.secret),
      },
      body: JSON.stringify({
        token_type: "id_token",
        token,
        client_id: target.google.clientIds[0],
      }),
    }),
};

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

/** All endpoints. A new one is one line here, and a column for every kind. */
export const tokenPlaces: TokenPlace[] = [
  ...signIns,
  redirect,
  verifyToken,
  ...guarded,
];
