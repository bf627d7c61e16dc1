import * as fc from "fast-check";
import { type Person, person } from "./support/calls";
import { basicAuth } from "./support/oauth";
import {
  type Operation,
  operations,
  resolved,
  type Schema,
} from "./support/open-api";
import { useService } from "./support/use-service";

/** The time for all operations together, in milliseconds. */
const maxMilliseconds = 40_000;
const seed = 20_250_612;
const secret = "k3vXq0wZtB8mN5rY2pLs7dFh4jUaCgEi";
const page = "https://app.example";

/** Values that no schema allows, or that often cause errors. */
const strange = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, 0, -1, 1.5, 2 ** 53, "", " ", "\0", "\ud800", "\u202e"],
    ...["__proto__", "constructor", "'; --", "%00", "../..", "{}", "[]", "NaN"],
    ...["x".repeat(10_000), [], {}, [[]], { length: -1 }, ["a", "b"]],
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/**
 * Valid and invalid values of a schema. `known` has existing tokens and ids.
 */
function valuesOf(
  schema: Schema,
  name: string,
  known: fc.Arbitrary<string>,
): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 5, arbitrary: goodValuesOf(resolved(schema), name, known) },
    { weight: 1, arbitrary: strange },
  );
}

function goodValuesOf(
  schema: Schema,
  name: string,
  known: fc.Arbitrary<string>,
): fc.Arbitrary<unknown> {
  const { enum: allowed, properties, items, allOf, oneOf, anyOf } = schema;
  const [type] = [schema.type].flat();
  if (allowed) return fc.constantFrom(...allowed);
  const parts = allOf ?? oneOf ?? anyOf;
  if (parts?.[0]) return valuesOf(parts[0], name, known);
  if (type === "array") {
    return fc.array(valuesOf(items ?? {}, name, known), { maxLength: 3 });
  }
  if (type === "boolean") return fc.boolean();
  if (type === "integer" || type === "number") {
    return fc.integer({ min: schema.minimum, max: schema.maximum });
  }
  if (type === "object" || properties) {
    const members = Object.entries(properties ?? {}).map(
      ([key, member]) => [key, valuesOf(member, key, known)] as const,
    );
    if (members.length === 0) return fc.dictionary(fc.string(), strange);
    return fc.record(Object.fromEntries(members), { requiredKeys: [] });
  }
  return fc.oneof(known, fc.string({ maxLength: 40, unit: "binary" }));
}

describe("generated input for a documented operation", () => {
  const site = useService((google) => ({
    env: {
      ADMIN_EMAILS: "root@gmail.com",
      APP_URL: `${page}/`,
      CORS_ORIGINS: page,
      DPOP: "optional",
      GOOGLE_CLIENT_SECRET: google.clientSecret,
      INTROSPECTION_CLIENTS: `api:${secret}`,
      REFRESH_COOKIE: "browser",
      TOKENINFO: "true",
    },
  }));
  let user: Person;
  let admin: Person;
  let idTokens: string[];

  beforeAll(async () => {
    idTokens = await Promise.all([
      site.google.idToken(),
      site.google.idToken({ account: "workspace" }),
      site.google.idToken({ issuedSecondsAgo: 7200 }),
    ]);
    await signIn();
  });

  async function signIn(): Promise<void> {
    const root = { sub: "100000000000000000001", email: "root@gmail.com" };
    user = await person(site.service, site.google);
    admin = await person(site.service, site.google, {
      ...user.account,
      ...root,
    });
    expect(admin.user.roles).toEqual(["admin"]);
  }

  /** Functions, because the credentials change when an operation signs out. */
  const credentials = {
    none: () => ({}),
    user: () => ({ authorization: `Bearer ${user.accessToken}` }),
    admin: () => ({ authorization: `Bearer ${admin.accessToken}` }),
    client: () => basicAuth("api", secret),
    cookie: () => ({
      origin: page,
      cookie: `__Host-refresh=${user.refreshToken}`,
    }),
    garbage: () => ({ authorization: "DPoP x.y.z", dpop: "x.y.z" }),
  };

  const known = fc
    .constantFrom(
      ...["idToken", "refreshToken", "accessToken", "userId", "adminId"],
      ...["sessionId", "code", "google", "name@example.com"],
    )
    .map((name) => `known:${name}`);
  /** Replaces `known:` texts by current values. */
  const filled = (text: string): string =>
    text.replace(/known:(\w+)/g, (whole, name: string) => {
      const values: Record<string, string | undefined> = {
        idToken: idTokens[text.length % idTokens.length],
        refreshToken: user.refreshToken,
        accessToken: user.accessToken,
        userId: user.id,
        adminId: admin.id,
        sessionId: user.sessionId,
        code: site.google.authorizationCode(),
      };
      return values[name] ?? whole;
    });

  function requestsFor({ path, parameters, content }: Operation) {
    const places = [...path.matchAll(/\{(\w+)\}/g)].map(
      ([, name = ""]) => name,
    );
    const queries = parameters.filter((parameter) => parameter.in === "query");
    const kinds = Object.entries(content);
    return fc.record({
      credential: fc.constantFrom(
        ...(Object.keys(credentials) as (keyof typeof credentials)[]),
      ),
      path: fc.tuple(
        ...places.map((name) => valuesOf({ type: "string" }, name, known)),
      ),
      query: fc.record(
        Object.fromEntries(
          queries.map(({ name, schema = {} }) => [
            name,
            valuesOf(schema, name, known),
          ]),
        ),
        { requiredKeys: [] },
      ),
      body:
        kinds.length === 0
          ? fc.option(
              fc.record({
                type: fc.constant("application/json"),
                value: strange,
              }),
            )
          : fc.option(
              fc.oneof(
                ...kinds.map(([type, { schema = {} }]) =>
                  fc.record({
                    type: fc.constant(type),
                    value: valuesOf(schema, "body", known),
                  }),
                ),
              ),
              { freq: 10 },
            ),
    });
  }

  async function send(
    { method, path }: Operation,
    request: ReturnType<typeof requestsFor> extends fc.Arbitrary<infer T>
      ? T
      : never,
  ): Promise<Response> {
    const values = [...request.path];
    const target = path.replace(/\{\w+\}/g, () =>
      encodeURIComponent(wellFormed(filled(textOf(values.shift())))),
    );
    const query = new URLSearchParams(
      Object.entries(request.query).flatMap(([name, value]) =>
        [value]
          .flat()
          .map((one): [string, string] => [name, filled(textOf(one))]),
      ),
    );
    const { body } = request;
    const isSent = body !== null && method !== "GET";
    return site.service.fetch(`${target}?${query.toString()}`, {
      method,
      redirect: "manual",
      headers: {
        ...credentials[request.credential](),
        ...(isSent && { "content-type": body.type }),
      },
      body: isSent ? filled(bodyText(body.type, body.value)) : undefined,
    });
  }

  it.each(operations.map((operation) => ({ ...operation, timeLimit: 0 })))(
    "never causes a 5xx: $method $path",
    async (operation) => {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(requestsFor(operation), async (request) => {
          runs++;
          const answer = await send(operation, request);
          const text = await answer.text();
          if (answer.status >= 500) {
            const lines = site.service.logLines.slice(-3).join("");
            throw new Error(`${answer.status} ${text}\n${lines}`);
          }
          expect(text).not.toMatch(/node_modules|\.ts:\d+|QueryFailedError/);
          if (answer.ok && endsSessions(operation)) await signIn();
        }),
        {
          seed,
          numRuns: 400,
          interruptAfterTimeLimit: maxMilliseconds / operations.length,
          markInterruptAsFailure: false,
        },
      );
      expect(runs).toBeGreaterThan(0);
      const alive = await site.service.fetch("/health/ready");
      expect(alive.status).toBe(200);
    },
  );
});

/** Whether a success ends the session of the credentials. */
function endsSessions({ method, path }: Operation): boolean {
  return (
    method === "DELETE" ||
    method === "PATCH" ||
    /logout|refresh|token$|revoke|reauth/.test(path)
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** Removes lone surrogates, which a URL cannot encode. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/g, "\ufffd");
}

function bodyText(type: string, value: unknown): string {
  if (type === "application/json") return JSON.stringify(value) ?? "";
  if (type !== "application/x-www-form-urlencoded") return textOf(value);
  const fields = Object.entries(Object(value) as object).flatMap(
    ([name, member]) => [member].flat().map((one) => [name, textOf(one)]),
  );
  return new URLSearchParams(fields as [string, string][]).toString();
}
