import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Controller, Delete, Get, Post } from "@nestjs/common";
import { type AuthErrorCode, authErrorCodes } from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { pathSpellings } from "./support/path-spellings";
import { exchange, type Reply, requestText } from "./support/raw-connection";
import { getWithToken, signIn } from "./support/requests";
import { routesOf } from "./support/routes";
import { query } from "./support/rows";
import { useService } from "./support/use-service";

const withHead = (path: string) => [`GET ${path}`, `HEAD ${path}`];

/**
 * Every route that requires no access token. Add a new one here only on
 * purpose.
 */
const publicRoutes = [
  "OPTIONS *",
  "POST /auth/:provider",
  "POST /auth/google",
  "POST /auth/google/code",
  "POST /auth/google/nonce",
  "POST /auth/google/redirect",
  "POST /auth/refresh",
  "POST /oauth/introspect",
  "POST /oauth/revoke",
  "POST /oauth/token",
  "POST /security-events",
  "POST /tokeninfo",
  "POST /tokensignin",
  "POST /verify-token",
  ...[
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
    "/.well-known/openid-configuration",
    "/docs",
    "/docs-json",
    "/docs-yaml",
    "/docs/",
    "/docs/*",
    "/docs/LICENSE",
    "/docs/docs/swagger-ui-init.js",
    "/docs/index.html",
    "/docs/swagger-ui-init.js",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/tokeninfo",
  ].flatMap(withHead),
].sort();

/** An application's controller, without any guard decorator. */
@Controller("team")
class TeamController {
  @Get()
  all() {
    return ["secret of the team"];
  }

  @Get("Notes/:id/parts/:part")
  part() {
    return "secret of the team";
  }

  @Get("files/*")
  file() {
    return "secret of the team";
  }

  @Post("notes")
  add() {
    return "secret of the team";
  }

  @Delete(":id")
  remove() {
    return "secret of the team";
  }
}
const teamRoutes = [
  ...["/team", "/team/Notes/:id/parts/:part", "/team/files/*"].flatMap(
    withHead,
  ),
  "DELETE /team/:id",
  "POST /team/notes",
];

describe("routes that require an access token", () => {
  const account = newAccount({
    email: "admin@gmail.com",
    emailVerified: true,
  });
  const site = useService({
    controllers: [TeamController],
    env: {
      ADMIN_EMAILS: "admin@gmail.com",
      CORS_ORIGINS: "https://app.example.com",
      INTROSPECTION_CLIENTS: "api:Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
    },
  });
  let guarded: [method: string, path: string][];

  beforeAll(() => {
    guarded = routesOf(site.service)
      .filter((route) => !publicRoutes.includes(route))
      .map(pairOf);
  });

  const send = (method: string, path: string, accessToken?: string) =>
    exchange(
      site.service,
      requestText({
        method,
        path,
        headers: {
          "Content-Type": undefined,
          ...(accessToken && { Authorization: `Bearer ${accessToken}` }),
        },
      }),
    );

  it("are all routes except those listed as public", async () => {
    const asking: string[] = [];
    const open: string[] = [];
    for (const route of routesOf(site.service)) {
      const [method, path] = pairOf(route);
      const { status, headers } = await send(method, filled(path));
      const asks =
        status === 401 && headers.get("www-authenticate") === "Bearer";
      (asks ? asking : open).push(route);
    }
    expect(open).toEqual(publicRoutes);
    expect(asking).toEqual(guarded.map((pair) => pair.join(" ")));
    expect(asking).toEqual(expect.arrayContaining(teamRoutes));
  });

  it("are those that docs/openapi.json marks as secured", () => {
    const ours = guarded
      .map((pair) => pair.join(" "))
      .filter((route) => !teamRoutes.includes(route));
    expect(ours).toEqual(describedAsGuarded());
  });

  async function identityId(accessToken: string): Promise<string> {
    const { body } = await getWithToken(
      site.service,
      "/users/me/identities",
      accessToken,
    );
    const items = body.items as readonly { id: string }[];
    return items[0]?.id ?? "";
  }

  it("accept the token of an administrator", async () => {
    const closed: unknown[] = [];
    for (const [method, path] of guarded) {
      // Some of them end the session or delete the user.
      const idToken = await site.google.idToken({ account });
      const { accessToken, body, user } = await signIn(site.service, idToken);
      const ids: Readonly<Record<string, string>> = {
        "/auth/sessions/:id": String(body.sessionId),
        "/users/me/identities/:id": await identityId(accessToken),
      };
      const own = ids[path] ?? user.id;
      const { status } = await send(method, filled(path, own), accessToken);
      if ([401, 403, 404, 405].includes(status)) closed.push([method, path]);
    }
    expect(closed).toEqual([]);
  });

  describe("refuse requests without a token, and reveal nothing", () => {
    it.each(pathSpellings)("with %s", async (_what, spell) => {
      const users = await query(
        site.service,
        "SELECT id, xmin FROM google_auth.users",
      );
      const leaks: unknown[] = [];
      for (const [method, path] of guarded) {
        const target = spell(filled(path));
        const reply = await send(method, target);
        const isRefusal =
          [400, 401, 404, 405].includes(reply.status) &&
          (reply.text === "" ? method === "HEAD" : saysNothing(reply));
        if (!isRefusal) leaks.push([method, target, reply.status, reply.text]);
      }
      expect(leaks).toEqual([]);
      expect(
        await query(site.service, "SELECT id, xmin FROM google_auth.users"),
      ).toEqual(users);
    });
  });
});

function pairOf(route: string): [method: string, path: string] {
  const [method = "", path = ""] = route.split(" ");
  return [method, path];
}

/** A path with a value for each of its parameters. */
function filled(path: string, id = "0198c5a0-6f2b-7000-8000-000000000000") {
  return path.replace(/:\w+/g, id).replace(/(?<=\/)\*$/, "a/b");
}

/** Expects a problem document with only the text from the table of codes. */
function saysNothing({ status, text }: Reply): true {
  const { requestId, reason, ...problem } = JSON.parse(text) as Record<
    string,
    unknown
  >;
  const code = problem.code as AuthErrorCode;
  const { title, detail } = authErrorCodes[code];
  const type = `urn:nest-google-auth:error:${code}`;
  expect(problem).toEqual({ type, title, status, code, detail });
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(reason ?? "none").toMatch(/^[a-z_]+$/);
  return true;
}

function describedAsGuarded(): string[] {
  const file = resolve(__dirname, "../docs/openapi.json");
  const { paths } = JSON.parse(readFileSync(file, "utf8")) as {
    paths: Record<string, Record<string, { security?: object[] }>>;
  };
  return Object.entries(paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, { security }]) => security?.some((one) => "bearer" in one))
        .flatMap(([method]) => {
          const route = path.replace(/\{(\w+)\}/g, ":$1");
          return method === "get"
            ? withHead(route)
            : [`${method.toUpperCase()} ${route}`];
        }),
    )
    .sort();
}
