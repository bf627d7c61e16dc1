import { Logger } from "@nestjs/common";
import {
  Authenticated,
  GoogleAuthModule,
  OptionalAuth,
  Public,
  RequireRecentSignIn,
  ResourceServerModule,
  Roles,
} from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { FrozenClock } from "../src/testing/frozen-clock";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { call, person } from "./support/calls";
import { controllerOf } from "./support/decorated-controller";
import { GuestApp, requiredOptions } from "./support/guest-app";
import { query } from "./support/rows";

/** Valid sets of decorators for a controller or a method. */
const targets = {
  nothing: [],
  public: [Public()],
  optional: [OptionalAuth()],
  authenticated: [Authenticated()],
  roles: [Roles("admin")],
  recent: [RequireRecentSignIn()],
  "authenticated roles": [Authenticated(), Roles("admin")],
  "authenticated recent": [Authenticated(), RequireRecentSignIn()],
  "roles recent": [Roles("admin"), RequireRecentSignIn()],
  "authenticated roles recent": [
    ...[Authenticated(), Roles("admin"), RequireRecentSignIn()],
  ],
};

const refused = {
  none: "401 unauthenticated",
  role: "403 insufficient_role",
  old: "401 reauthentication_required",
};

/**
 * The result for each caller; `known` is 200 with the caller as
 * `@CurrentUser()`.
 */
const outcomes = {
  open: callers("200", "200", "200", "200", "200", "200"),
  optional: callers("200", refused.none, "known", "known", "known", "known"),
  token: callers(
    ...[refused.none, refused.none, "known", "known"],
    ...["known", "known"],
  ),
  admin: callers(
    ...[refused.none, refused.none, refused.role, "known"],
    ...[refused.role, "known"],
  ),
  recent: callers(
    ...[refused.none, refused.none, "known", "known"],
    ...[refused.old, refused.old],
  ),
  "recent admin": callers(
    ...[refused.none, refused.none, refused.role, "known"],
    ...[refused.role, refused.old],
  ),
};

function callers(...expected: string[]): Record<Caller, string> {
  const names = [
    "anonymous",
    "invalid token",
    "user",
    "admin",
    "old user",
  ] as const;
  const [, , , , , oldAdmin = ""] = expected;
  const entries = names.map((name, index) => [name, expected[index]]);
  return { ...Object.fromEntries(entries), "old admin": oldAdmin } as Record<
    Caller,
    string
  >;
}

type Caller =
  "anonymous" | "invalid token" | "user" | "admin" | "old user" | "old admin";

/** Columns: decorators of the controller. Rows: decorators of the method. */
const table = `
| method \\ controller       | nothing | public | optional | authenticated | roles | recent | authenticated roles | authenticated recent | roles recent | authenticated roles recent |
| nothing                    | token   | open   | optional | token         | admin | recent | admin | recent | recent admin | recent admin |
| public                     | open    | open   | open     | open          | open  | open   | open  | open   | open         | open         |
| optional                   | optional | optional | optional | optional   | optional | optional | optional | optional | optional | optional |
| authenticated              | token   | token  | token    | token         | admin | recent | admin | recent | recent admin | recent admin |
| roles                      | admin   | admin  | admin    | admin         | admin | recent admin | admin | recent admin | recent admin | recent admin |
| recent                     | recent  | recent | recent   | recent        | recent admin | recent | recent admin | recent | recent admin | recent admin |
| authenticated roles        | admin   | admin  | admin    | admin         | admin | recent admin | admin | recent admin | recent admin | recent admin |
| authenticated recent       | recent  | recent | recent   | recent        | recent admin | recent | recent admin | recent | recent admin | recent admin |
| roles recent               | recent admin | recent admin | recent admin | recent admin | recent admin | recent admin | recent admin | recent admin | recent admin | recent admin |
| authenticated roles recent | recent admin | recent admin | recent admin | recent admin | recent admin | recent admin | recent admin | recent admin | recent admin | recent admin |
`;

type TargetName = keyof typeof targets;
const [heads = [], ...rows] = table
  .trim()
  .split("\n")
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const cases = rows.flatMap(([method, ...cells]) =>
  cells.map((outcome, index) => ({
    controller: heads[index + 1] as TargetName,
    method: method as TargetName,
    outcome: outcome as keyof typeof outcomes,
  })),
);

const pathOf = (name: string) => name.replaceAll(" ", "-");

describe("access rules on controller and method", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let app: GuestApp;
  const clock = new FrozenClock();
  const tokens: Partial<Record<Caller, string>> = {};

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    const names = Object.keys(targets) as TargetName[];
    app = await GuestApp.start(google, database, {
      options: { providers: [clock.provider] },
      host: {
        controllers: names.map((name) =>
          controllerOf(pathOf(name), targets[name], mapKeys(targets, pathOf)),
        ),
      },
    });
    const [user, admin] = [newAccount(), newAccount()];
    const { id } = await person(app, google, admin);
    const promote = `UPDATE google_auth.users SET roles = '{admin}' WHERE id = $1`;
    await query(app, promote, [id]);
    tokens["old user"] = (await person(app, google, user)).accessToken;
    tokens["old admin"] = (await person(app, google, admin)).accessToken;
    clock.advance(301);
    google.skewClock(301);
    tokens.user = (await person(app, google, user)).accessToken;
    tokens.admin = (await person(app, google, admin)).accessToken;
    tokens["invalid token"] = `${tokens.admin}x`;
  });

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await database.destroy();
    await google.stop();
  });

  it("are tested in every combination", () => {
    const { length } = Object.keys(targets);
    const pairs = cases.map(
      ({ controller, method }) => `${controller}/${method}`,
    );
    expect(new Set(pairs).size).toBe(length * length);
  });

  it.each(cases)(
    "$controller / $method: $outcome",
    async ({ controller, method, outcome }) => {
      const path = `/${pathOf(controller)}/${pathOf(method)}`;
      const found: Record<string, string> = {};
      for (const caller of Object.keys(outcomes[outcome]) as Caller[]) {
        const { status, body } = await call(app, "GET", path, tokens[caller]);
        const said = body.known === true ? "known" : String(status);
        found[caller] =
          typeof body.code === "string" ? `${status} ${body.code}` : said;
      }
      expect(found).toEqual(outcomes[outcome]);
    },
  );

  describe("that contradict each other prevent the start:", () => {
    const access = { Public: Public(), OptionalAuth: OptionalAuth() };
    const more = {
      Roles: [Roles("admin")],
      RequireRecentSignIn: [RequireRecentSignIn()],
      "Roles and RequireRecentSignIn": [Roles("admin"), RequireRecentSignIn()],
    };
    const contradictions = Object.entries(access).flatMap(([name, open]) =>
      Object.entries(more).map(
        ([other, closed]) => [name, other, [open, ...closed]] as const,
      ),
    );
    const modules = {
      GoogleAuthModule: () =>
        GoogleAuthModule.forRoot(requiredOptions(google, database)),
      ResourceServerModule: () =>
        ResourceServerModule.forRoot({ issuer: "https://issuer.example" }),
    };

    it.each(contradictions)(
      "@%s() with @%s()",
      async (_access, _more, decorators) => {
        for (const make of Object.values(modules)) {
          for (const [controller, name] of [
            [controllerOf("a", decorators, { list: [] }), "AController"],
            [controllerOf("b", [], { list: decorators }), "BController.list"],
          ] as const) {
            const host = { controllers: [controller] };
            const googleAuth = make();
            await expect(
              GuestApp.start(google, database, { host, googleAuth }),
            ).rejects.toThrow(new RegExp(` at ${name}\\. Remove one`));
          }
        }
      },
    );
  });

  it.each([Number.NaN, -1, Infinity])(
    "@RequireRecentSignIn(%d) is refused when the decorator is applied",
    (seconds) => {
      expect(() => RequireRecentSignIn(seconds)).toThrow(RangeError);
    },
  );
});

function mapKeys<Value>(
  object: Readonly<Record<string, Value>>,
  change: (key: string) => string,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [change(key), value]),
  );
}
