import { basicAuth, exchangeOf } from "../support/oauth";
import { DpopCalls } from "../support/dpop-calls";
import type { Reply } from "../support/raw-connection";
import { type Attack, request } from "./hostile-case";
import type { Target } from "./target";

/** The target's client for introspection. */
export const introspectionClient = {
  id: "matrix",
  secret: "kP3vN8qLs5tXw2yZb7cRd4fGh9jMn6aE",
};

/** An endpoint that takes our tokens or responds in OAuth's format. */
export interface ServiceTokenPlace {
  readonly name: string;
  /** The names of the kinds of token that it accepts. */
  readonly accepts: readonly string[];
  /** The response to those. */
  readonly accepted: { readonly status: number; readonly body?: object };
  /** The response to all others. */
  readonly refused: { readonly status: number; readonly body: object };
  readonly send: (
    target: Target,
    token: string,
    client: DpopCalls,
  ) => Attack["send"];
}

const jsonTo =
  (path: string): ServiceTokenPlace["send"] =>
  (target, refreshToken) =>
    request(target, {
      path,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ refreshToken }),
    });

const formTo =
  (
    path: string,
    fieldsOf: (token: string) => Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): ServiceTokenPlace["send"] =>
  (target, token) =>
    request(target, {
      path,
      headers,
      body: new URLSearchParams(fieldsOf(token)),
    });

const ours = ["our access token", "our refresh token"];
const invalidRefreshToken = {
  status: 401,
  body: { code: "invalid_refresh_token" },
};
const unauthenticated = { status: 401, body: { code: "unauthenticated" } };
const { id, secret } = introspectionClient;

/** All endpoints; add an entry for a new one. */
export const serviceTokenPlaces: readonly ServiceTokenPlace[] = [
  {
    name: "POST /auth/refresh",
    accepts: ["our refresh token"],
    accepted: { status: 200 },
    refused: invalidRefreshToken,
    send: jsonTo("/auth/refresh"),
  },
  {
    name: "POST /auth/logout",
    accepts: ["our refresh token", "our bound refresh token"],
    accepted: { status: 204 },
    refused: invalidRefreshToken,
    send: jsonTo("/auth/logout"),
  },
  {
    name: "POST /oauth/token, subject_token",
    accepts: ["a Google ID token"],
    accepted: { status: 200 },
    refused: { status: 400, body: { error: "invalid_request" } },
    send: formTo("/oauth/token", exchangeOf),
  },
  {
    name: "POST /oauth/token, refresh_token",
    accepts: ["our refresh token"],
    accepted: { status: 200 },
    refused: { status: 400, body: { error: "invalid_grant" } },
    send: formTo("/oauth/token", (token) => ({
      grant_type: "refresh_token",
      refresh_token: token,
    })),
  },
  {
    name: "POST /oauth/revoke",
    accepts: [...ours, "our bound access token", "our bound refresh token"],
    accepted: { status: 200 },
    refused: { status: 200, body: {} },
    send: formTo("/oauth/revoke", (token) => ({ token })),
  },
  {
    name: "POST /oauth/introspect",
    accepts: ["our access token", "our bound access token"],
    accepted: { status: 200, body: { active: true } },
    refused: { status: 200, body: { active: false } },
    send: formTo(
      "/oauth/introspect",
      (token) => ({ token }),
      basicAuth(id, secret),
    ),
  },
  {
    name: "POST /security-events",
    accepts: ["a Google security event token"],
    accepted: { status: 202 },
    refused: { status: 400, body: { err: expect.any(String) as string } },
    send: (target, token) =>
      request(target, {
        path: "/security-events",
        headers: { "content-type": "application/secevent+jwt" },
        body: token,
      }),
  },
  {
    name: "GET /users/me, Authorization: Bearer",
    accepts: ["our access token"],
    accepted: { status: 200 },
    refused: unauthenticated,
    send: (target, token) =>
      request(target, {
        path: "/users/me",
        method: "GET",
        headers: { authorization: `Bearer ${token}` },
      }),
  },
  {
    name: "GET /users/me, Authorization: DPoP with a proof for it",
    accepts: ["our bound access token"],
    accepted: { status: 200 },
    refused: unauthenticated,
    send: (_target, token, client) => async () =>
      replyOf(await client.get(token, client.proofOf(token))),
  },
];

function replyOf({
  status,
  headers,
  body,
}: Awaited<ReturnType<DpopCalls["get"]>>): Reply {
  return { status, headers, text: JSON.stringify(body) };
}
