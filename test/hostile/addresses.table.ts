import { exchange, requestText } from "../support/raw-connection";
import { type HostileCase, secretsOf } from "./hostile-case";

type Answer = Pick<HostileCase, "status" | "code">;

const notFound: Answer = { status: 404, code: "not_found" };
const unreadable: Answer = { status: 400, code: "invalid_request" };
const wrongMethod: Answer = { status: 405, code: "method_not_allowed" };

/** A valid token sent to the wrong path, or with the wrong method. */
function astray(
  id: string,
  name: string,
  answer: Answer,
  request: Parameters<typeof requestText>[0],
): HostileCase {
  return {
    ...answer,
    id,
    name,
    attack: async ({ google, known, service }) => {
      const idToken = await google.idToken({ account: known });
      const body = JSON.stringify({ idToken });
      const text = requestText({ ...request, body });
      return {
        secrets: secretsOf(idToken),
        send: () => exchange(service, text),
      };
    },
  };
}

/** Paths similar to the sign-in's; none of them is routed there. */
const nearAddresses = [
  ...["/auth/google/", "//auth/google", "/auth//google", "/AUTH/GOOGLE"],
  ...["/Auth/Google", "/auth/google;x=1", "/auth;x/google", "/auth%2fgoogle"],
  ...[
    "/auth%252fgoogle",
    "/auth/google%00",
    "/auth/google%20",
    "/auth/google%0a",
  ],
  ...[
    "/auth/google%3f",
    "/auth/google%23",
    "/auth/google.json",
    "/auth/google*",
  ],
  ...["/auth/./google", "/x/../auth/google", "/auth/google/../google"],
  ...["/auth/%2e/google", "/auth/google/%2e%2e/google", "/auth\\google"],
  ...[
    "/auth/google/callback",
    "/auth",
    "/auth/",
    "/auth/googl",
    "/auth/googles",
  ],
  ...["/auth/__proto__", "/auth/constructor", "/__proto__", "/constructor"],
  ...["/api/auth/google", "/v1/auth/google", "/tokensignin/", "/TokenSignIn"],
  ...["/", "/?", "*", "/index.html", "/login", "/admin", "/graphql"],
  ...["/.env", "/.git/config", "/etc/passwd", "/../../etc/passwd"],
  ...["/%2e%2e/%2e%2e/etc/passwd", "/..%5c..%5cwindows", "/wp-login.php"],
  ...["/docs/../../package.json", "/docs/%2e%2e/%2e%2e/package.json"],
  ...["/metrics/../auth/google", "/health/live/../../auth/google"],
  ...["http://service.example/auth/google/x", "http://evil.example/"],
];

const badEscapes = [
  ...["/%", "/%c0%ae", "/%ff", "/%zz", "/%e2%82", "/auth/google%", "/auth/%zz"],
  ...["/auth/google/%", "/%c0%ae%c0%ae/etc/passwd", "/%ed%a0%80", "/%u0061"],
];

const methods = [
  ...["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"],
  ...["PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK"],
  ...["SEARCH", "REPORT", "PURGE", "QUERY", "LINK", "SUBSCRIBE", "M-SEARCH"],
];

const overrides: Readonly<Record<string, string>>[] = [
  { "X-HTTP-Method-Override": "POST" },
  { "X-HTTP-Method": "POST" },
  { "X-Method-Override": "POST" },
];

export const addressCases: HostileCase[] = [
  ...nearAddresses.map((path) => astray("W-018", path, notFound, { path })),
  ...badEscapes.map((path) => astray("W-018", path, unreadable, { path })),
  astray("W-018", "16 kB of segments", notFound, { path: "/a".repeat(7000) }),
];

export const methodCases: HostileCase[] = [
  ...["/auth/google", "/tokensignin"].flatMap((path) =>
    methods
      // The response to HEAD has no body to check.
      .filter((method) => method !== "HEAD")
      .map((method) =>
        astray("G-114", `${method} ${path}`, wrongMethod, { method, path }),
      ),
  ),
  ...overrides.flatMap((headers) =>
    ["GET", "PUT"].map((method) =>
      astray(
        "G-114",
        `${method} with ${Object.keys(headers).join()}`,
        wrongMethod,
        { method, headers },
      ),
    ),
  ),
  astray("G-114", "GET with _method in the query", wrongMethod, {
    method: "GET",
    path: "/auth/google?_method=POST",
  }),
  astray("G-114", "POST to a route that is for GET", wrongMethod, {
    path: "/users/me",
  }),
];
