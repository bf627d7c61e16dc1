import { FrozenClock } from "../src/testing/frozen-clock";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { person } from "./support/calls";
import { fails, Front, says } from "./support/front";
import { basicAuth } from "./support/oauth";
import { type Answer, postJson } from "./support/requests";
import { ResourceApp } from "./support/resource-app";

const metadata = "/.well-known/oauth-authorization-server";
const introspect = "/oauth/introspect";
const secret = "a/b+c=%:d0~Tq7vZ1mB9xKd4RfW0pLs8Y";

const verdict = ({ status, body }: Answer) => [status, body.code];
const expectAway = (answer: Answer) => {
  expect(verdict(answer)).toEqual([503, "service_unavailable"]);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
};

describe("another application with introspection", () => {
  let google: GoogleEmulator;
  let front: Front;
  let service: TestService;
  let clock: FrozenClock;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    front = await Front.start();
    service = await TestService.start(google, {
      env: {
        PUBLIC_URL: front.url,
        INTROSPECTION_CLIENTS: `notes:${secret}`,
      },
    });
    front.leadsTo(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await front[Symbol.asyncDispose]();
    await google.stop();
  });

  beforeEach(() => {
    front.clearAnswers();
    clock = new FrozenClock();
  });

  const newToken = async () => (await person(service, google)).accessToken;
  const withIntrospection = (clientSecret = secret) =>
    ResourceApp.start(
      {
        issuer: front.url,
        introspection: { clientId: "notes", clientSecret },
      },
      clock,
    );

  it("refuses the tokens of an ended session within a second", async () => {
    await using strict = await withIntrospection();
    const { accessToken, refreshToken } = await person(service, google);
    expect((await strict.bearer(accessToken)).status).toBe(200);
    await postJson(service, "/auth/logout", { refreshToken });
    clock.advance(0.999);
    expect((await strict.bearer(accessToken)).status).toBe(200);
    clock.advance(0.001);
    const answer = await strict.bearer(accessToken);
    expect(verdict(answer)).toEqual([401, "unauthenticated"]);
  });

  it("introspects a token at most once a second for all requests, and never an invalid one", async () => {
    await using strict = await withIntrospection();
    const token = await newToken();
    const asked = front.count(introspect);
    await Promise.all(Array.from({ length: 50 }, () => strict.bearer(token)));
    for (let i = 0; i < 20; i++) await strict.bearer(token);
    await strict.bearer(`${token.slice(0, -8)}AAAAAAAA`);
    expect(front.count(introspect)).toBe(asked + 1);
    clock.advance(1);
    expect((await strict.bearer(token)).status).toBe(200);
    expect(front.count(introspect)).toBe(asked + 2);
  });

  it("accepts known active tokens for a minute while the issuer does not respond; others are 503", async () => {
    await using strict = await withIntrospection();
    const [known, unknown] = [await newToken(), await newToken()];
    expect((await strict.bearer(known)).status).toBe(200);
    front.answer(introspect, fails);
    clock.advance(59.999);
    expect((await strict.bearer(known)).status).toBe(200);
    expectAway(await strict.bearer(unknown));
    clock.advance(0.001);
    expectAway(await strict.bearer(known));
    front.clearAnswers();
    clock.advance(1);
    expect((await strict.bearer(known)).status).toBe(200);
  });

  it("sends the issuer no request for a second after a failure", async () => {
    await using strict = await withIntrospection();
    front.answer(introspect, fails);
    const asked = front.count(introspect);
    for (let i = 0; i < 10; i++)
      expectAway(await strict.bearer(await newToken()));
    expect(front.count(introspect)).toBe(asked + 1);
  });

  it.each([
    ["no object", null],
    ["an object that does not say it", {}],
    ["a string", { active: "true" }],
  ])("treats %s as no response", async (_what, value) => {
    await using strict = await withIntrospection();
    front.answer(introspect, says(value));
    expectAway(await strict.bearer(await newToken()));
  });

  it("is 503, not 401, if the application's own secret is wrong", async () => {
    await using strict = await withIntrospection(`${secret}x`);
    expectAway(await strict.bearer(await newToken()));
    // The service accepts the right secret.
    const answer = await fetch(front.url + introspect, {
      method: "POST",
      headers: basicAuth("notes", secret),
      body: new URLSearchParams({ token: await newToken() }),
    });
    expect(await answer.json()).toMatchObject({ active: true });
  });

  it("is 503 if the issuer has no introspection", async () => {
    const known = await (await fetch(front.url + metadata)).json();
    front.answer(
      metadata,
      says({ ...(known as object), introspection_endpoint: undefined }),
    );
    await using strict = await withIntrospection();
    expectAway(await strict.bearer(await newToken()));
  });
});
