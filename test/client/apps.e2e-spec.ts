import { AuthClientError, createAuthClient } from "../../src/client";
import {
  emulatorClientIds,
  GoogleEmulator,
  newAccount,
  SteppedClock,
  TestService,
} from "../../src/testing";
import { Clock } from "../../src/index";
import { companyProfile } from "../support/company-profile";
import {
  fakeGoogleScript,
  frontEnd,
  Network,
  publicUrl,
  sharedStorage,
  until,
} from "./front-ends";

describe("nest-google-auth/client in an app", () => {
  let google: GoogleEmulator;
  let service: TestService;
  const clock = new SteppedClock();

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    service = await TestService.start(google, {
      providers: [{ provide: Clock, useValue: clock }],
    });
  });

  afterAll(async () => {
    await service.stop();
    await google.stop();
  });

  afterEach(() => {
    jest.restoreAllMocks();
    clock.step((Date.now() - clock.now()) / 1000);
  });

  const idToken = () => google.idToken({ account: newAccount() });
  const failure = async (promise: Promise<unknown>) => {
    const error: unknown = await promise.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(AuthClientError);
    return error as AuthClientError;
  };

  it("signs in, calls, and signs out, and tells each state", async () => {
    using app = frontEnd(new Network(service));
    const { client, states } = app;
    expect(await client.restore()).toBeNull();
    const { user, isNewUser } = await client.signIn({
      idToken: await idToken(),
      device: "Phone",
    });
    expect(isNewUser).toBe(true);
    const me = await client.fetch("/users/me");
    expect(await me.json()).toMatchObject({ id: user.id });
    await client.signOut();
    expect((await client.fetch("/users/me")).status).toBe(401);
    expect(states.map(({ status }) => status)).toEqual([
      ...["loading", "signed_out", "signed_in", "signed_out"],
    ]);
    expect(states[1]).toEqual({ status: "signed_out", reason: "no_session" });
    expect(states[3]).toEqual({ status: "signed_out", reason: "signed_out" });
  });

  it("restores a session at the next start, and says why one is over", async () => {
    const storage = sharedStorage();
    const network = new Network(service);
    using first = frontEnd(network, { storage });
    const { user } = await first.client.signIn({ idToken: await idToken() });
    first.client.close();
    using second = frontEnd(network, { storage });
    expect(await second.client.restore()).toMatchObject({ id: user.id });

    await second.client.signOut({ everywhere: true });
    storage.setItem(`nest-google-auth:${publicUrl}`, "guess");
    using third = frontEnd(network, { storage });
    expect(await third.client.restore()).toBeNull();
    expect(third.client.state).toEqual({
      status: "signed_out",
      reason: "invalid_refresh_token",
    });
    expect(storage.items.size).toBe(0);
  });

  it("renews a token that the service refuses once for all tabs, and repeats the calls", async () => {
    const storage = sharedStorage();
    const network = new Network(service);
    using one = frontEnd(network, { storage });
    using two = frontEnd(network, { storage });
    await one.client.signIn({ idToken: await idToken() });
    await until(() => two.client.state.status === "signed_in");
    for (let life = 1; life <= 3; life += 1) {
      clock.step(1000);
      const calls = [one, two, one, two, one].map(({ client }) =>
        client.fetch("/users/me"),
      );
      const answers = await Promise.all(calls);
      expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
      expect(network.count("POST /auth/refresh")).toBe(life);
    }
  });

  it("renews a token before it expires, by a clock that the device's does not move", async () => {
    const network = new Network(service);
    using app = frontEnd(network);
    await app.client.signIn({ idToken: await idToken() });
    const hours = 5 * 3600 * 1000;
    const now = Date.now.bind(Date);
    const wrong = jest.spyOn(Date, "now");
    for (const shift of [hours, -hours]) {
      wrong.mockImplementation(() => now() + shift);
      await app.client.fetch("/health/live");
    }
    wrong.mockRestore();
    expect(network.count("POST /auth/refresh")).toBe(0);
    const passed = performance.now.bind(performance);
    jest.spyOn(performance, "now").mockImplementation(() => passed() + 880_000);
    await app.client.fetch("/health/live");
    expect(network.count("POST /auth/refresh")).toBe(1);
  });

  it("tells the other tabs of a sign-in and of a sign-out", async () => {
    const storage = sharedStorage();
    const network = new Network(service);
    using one = frontEnd(network, { storage });
    using two = frontEnd(network, { storage });
    const { user } = await one.client.signIn({ idToken: await idToken() });
    await until(() => two.client.state.status === "signed_in");
    expect(two.client.state).toMatchObject({ user: { id: user.id } });
    await two.client.signOut();
    await until(() => one.client.state.status === "signed_out");
    expect(one.client.state).toMatchObject({ reason: "signed_out" });
    expect(network.count("POST /auth/refresh")).toBe(0);
  });

  it("keeps the session while there is no network, and says so", async () => {
    const storage = sharedStorage();
    const network = new Network(service);
    using first = frontEnd(network, { storage });
    await first.client.signIn({ idToken: await idToken() });
    network.isCut = true;
    expect(await failure(first.client.signOut())).toMatchObject({
      code: "network_error",
      action: "retry",
    });
    expect(first.client.state.status).toBe("signed_in");
    first.client.close();

    using next = frontEnd(network, { storage });
    const error = await failure(next.client.restore());
    expect(error.message).toMatch(/network/);
    expect(next.client.state).toEqual({ status: "loading", error });
    network.isCut = false;
    expect(await next.client.restore()).not.toBeNull();
  });

  it("survives a refresh whose answer is lost", async () => {
    const storage = sharedStorage();
    const network = new Network(service);
    using first = frontEnd(network, { storage });
    await first.client.signIn({ idToken: await idToken() });
    first.client.close();
    let losses = 1;
    const lossy: typeof fetch = async (...parameters) => {
      const response = await network.fetch(...parameters);
      if (losses-- > 0) throw new TypeError("Failed to fetch");
      return response;
    };
    using next = frontEnd(network, { storage, fetch: lossy });
    await failure(next.client.restore());
    expect(await next.client.restore()).not.toBeNull();
  });

  it("has an error with what to do, a sentence, and the request's id", async () => {
    using app = frontEnd(new Network(service));
    const error = await failure(app.client.signIn({ idToken: "guess" }));
    expect(error).toMatchObject({
      code: "invalid_token",
      action: "sign_in",
      message: "Google sign-in failed. Please try again.",
      status: 401,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    await using limited = await TestService.start(google, {
      env: { RATE_LIMIT_SIGN_IN: "1/60" },
    });
    using other = frontEnd(new Network(limited));
    await other.client.signIn({ idToken: await idToken() });
    const second = other.client.signIn({ idToken: await idToken() });
    const { code, action, retryAfter } = await failure(second);
    expect([code, action]).toEqual(["rate_limited", "retry"]);
    expect(retryAfter).toBeGreaterThan(0);
  });

  it("gives the access token to no other origin", async () => {
    const network = new Network(service);
    using app = frontEnd(network);
    await app.client.signIn({ idToken: await idToken() });
    const sent = network.calls.length;
    for (const url of ["https://evil.example/users/me", "//evil.example/"]) {
      const calling = app.client.fetch(
        url.startsWith("//") ? new URL(url, publicUrl) : url,
      );
      expect(await failure(calling)).toMatchObject({
        code: "origin_not_allowed",
        action: "fix_config",
      });
    }
    expect(network.calls.length).toBe(sent);
  });

  it("proves the user anew, and goes on with the new tokens", async () => {
    using app = frontEnd(new Network(service));
    const account = newAccount();
    const { user } = await app.client.signIn({
      idToken: await google.idToken({ account }),
    });
    clock.step(400);
    const remove = () => app.client.fetch("/users/me", { method: "DELETE" });
    expect((await remove()).status).toBe(401);
    clock.step(-400);
    const proof = { idToken: await google.idToken({ account }) };
    expect((await app.client.reauthenticate(proof)).id).toBe(user.id);
    expect((await remove()).status).toBe(204);
  });

  it("has a nonce and a code of the service's", async () => {
    using app = frontEnd(new Network(service));
    const code = google.authorizationCode({
      account: newAccount(),
      redirectUri: "postmessage",
    });
    const { user } = await app.client.signIn({
      code,
      redirectUri: "postmessage",
    });
    expect(user.emailVerified).toBe(true);
  });

  it("knows a user who has not finished signing up", async () => {
    await using team = await TestService.start(google, {
      providers: [companyProfile],
    });
    using app = frontEnd(new Network(team));
    await app.client.signIn({ idToken: await idToken() });
    expect(app.client.state.status).toBe("incomplete");
    expect(await failure(app.client.completeProfile({}))).toMatchObject({
      code: "invalid_request",
    });
    await app.client.completeProfile({ company: "Analytical Engines" });
    expect(app.client.state).toMatchObject({
      status: "signed_in",
      user: { profile: { company: "Analytical Engines" } },
    });
  });

  it("shows Google's button and One Tap, with one nonce that the service demands", async () => {
    await using strict = await TestService.start(google, {
      env: { GOOGLE_NONCE: "required" },
    });
    const network = new Network(strict);
    const { web: clientId } = emulatorClientIds;
    using app = frontEnd(network, {
      google: { clientId, scriptUrl: "https://google.example/gsi/client" },
    });
    const script = fakeGoogleScript();
    try {
      const element = { replaceChildren: () => {} } as unknown as HTMLElement;
      const errors: unknown[] = [];
      const [hide, hidePrompt] = await Promise.all([
        app.client.renderGoogleButton(element, {
          button: { theme: "outline" },
          onError: (error) => errors.push(error),
        }),
        app.client.promptOneTap(),
      ]);
      expect(script.urls).toEqual(["https://google.example/gsi/client"]);
      expect(script.shown).toEqual(["button outline", "prompt"]);
      expect(network.count("POST /auth/google/nonce")).toBe(1);
      expect(script.options).toMatchObject({
        client_id: clientId,
        use_fedcm_for_prompt: true,
      });
      hidePrompt();
      const used = script.options;
      used.callback({ credential: "guess" });
      await until(() => script.options !== used);
      expect(errors).toMatchObject([{ code: "invalid_token" }]);
      const { nonce, callback } = script.options;
      expect(nonce).not.toBe(used.nonce);
      const account = newAccount();
      callback({ credential: await google.idToken({ account, nonce }) });
      await until(() => app.client.state.status === "signed_in");
      hide();
    } finally {
      script.remove();
    }
  });

  it("is told where the service wants a cookie and the client a body", async () => {
    using app = frontEnd(new Network(service), { refresh: "cookie" });
    const signingIn = app.client.signIn({ idToken: await idToken() });
    expect(await failure(signingIn)).toMatchObject({
      code: "unexpected_answer",
      action: "fix_config",
      detail: expect.stringContaining("REFRESH_COOKIE") as string,
    });
  });

  it("binds its tokens to a key, with a clock that is wrong by hours and with nonces", async () => {
    await using bound = await TestService.start(google, {
      env: { DPOP: "required", DPOP_NONCE: "required" },
    });
    const token = await idToken();
    const network = new Network(bound);
    const now = Date.now.bind(Date);
    const hours = 3 * 3600 * 1000;
    let shift = hours;
    jest.spyOn(Date, "now").mockImplementation(() => now() + shift);
    // Only the client's clock is wrong: the service has its own.
    const rightThere: typeof fetch = async (input, init) => {
      shift = 0;
      try {
        return await network.fetch(input, init);
      } finally {
        shift = hours;
      }
    };
    const client = createAuthClient({
      baseUrl: publicUrl,
      refresh: "body",
      dpop: true,
      fetch: rightThere,
    });
    const answer = await client.signIn({ idToken: token });
    expect(answer.tokenType).toBe("DPoP");
    const body = JSON.stringify({ profile: { any: "thing" } });
    const changed = await client.fetch("/users/me?why=not", {
      method: "PATCH",
      headers: { "Content-Type": "application/json" },
      body,
    });
    expect(await changed.json()).toMatchObject({ profile: { any: "thing" } });
    await client.signOut();
    expect(client.state).toMatchObject({ reason: "signed_out" });
  });
});
