import {
  failure,
  frontEnd,
  Network,
  publicUrl,
  sharedStorage,
  until,
} from "./front-ends";
import { useSteppedService } from "./use-stepped-service";

describe("nest-google-auth/client in an app: the session", () => {
  const site = useSteppedService();

  it("signs in, sends requests, and signs out, and reports each state", async () => {
    using app = frontEnd(new Network(site.service));
    const { client, states } = app;
    expect(await client.restore()).toBeNull();
    const { user, isNewUser } = await client.signIn({
      idToken: await site.idToken(),
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

  it("restores a session at the next start, and reports why one ended", async () => {
    const storage = sharedStorage();
    const network = new Network(site.service);
    using first = frontEnd(network, { storage });
    const { user } = await first.client.signIn({
      idToken: await site.idToken(),
    });
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

  it("renews a refused token once for all tabs, and repeats the requests", async () => {
    const storage = sharedStorage();
    const network = new Network(site.service);
    using one = frontEnd(network, { storage });
    using two = frontEnd(network, { storage });
    await one.client.signIn({ idToken: await site.idToken() });
    await until(() => two.client.state.status === "signed_in");
    for (let life = 1; life <= 3; life += 1) {
      site.clock.step(1000);
      const calls = [one, two, one, two, one].map(({ client }) =>
        client.fetch("/users/me"),
      );
      const answers = await Promise.all(calls);
      expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
      expect(network.count("POST /auth/refresh")).toBe(life);
    }
  });

  it("renews a token before it expires, even if the device's clock is changed", async () => {
    const network = new Network(site.service);
    using app = frontEnd(network);
    await app.client.signIn({ idToken: await site.idToken() });
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

  it("renews its tokens on request until the session ends", async () => {
    const network = new Network(site.service);
    using app = frontEnd(network);
    const signedIn = await app.client.signIn({ idToken: await site.idToken() });
    expect(await app.client.refresh()).toMatchObject({ id: signedIn.user.id });
    expect(network.count("POST /auth/refresh")).toBe(1);
    await site.service.fetch("/auth/logout", {
      method: "POST",
      headers: { authorization: `Bearer ${signedIn.accessToken}` },
    });
    expect(await app.client.refresh()).toBeNull();
    expect(app.client.state).toMatchObject({ reason: "session_revoked" });
  });

  it("informs the other tabs of a sign-in and a sign-out", async () => {
    const storage = sharedStorage();
    const network = new Network(site.service);
    using one = frontEnd(network, { storage });
    using two = frontEnd(network, { storage });
    const { user } = await one.client.signIn({ idToken: await site.idToken() });
    await until(() => two.client.state.status === "signed_in");
    expect(two.client.state).toMatchObject({ user: { id: user.id } });
    await two.client.signOut();
    await until(() => one.client.state.status === "signed_out");
    expect(one.client.state).toMatchObject({ reason: "signed_out" });
    expect(network.count("POST /auth/refresh")).toBe(0);
  });

  it("keeps the session without a network, and reports it", async () => {
    const storage = sharedStorage();
    const network = new Network(site.service);
    using first = frontEnd(network, { storage });
    await first.client.signIn({ idToken: await site.idToken() });
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

  it("keeps the session when the response to a refresh is lost", async () => {
    const storage = sharedStorage();
    const network = new Network(site.service);
    using first = frontEnd(network, { storage });
    await first.client.signIn({ idToken: await site.idToken() });
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
});
