import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { AuthProvider, SignedIn, SignedOut } from "../../src/client/react";
import { createServerAuth } from "../../src/client/server";
import { newAccount } from "../../src/testing";
import {
  appOrigin,
  CookieJar,
  frontEnd,
  Network,
  publicUrl,
} from "./front-ends";
import { useService } from "../support/use-service";

describe("nest-google-auth/client in a page", () => {
  const site = useService({
    env: { REFRESH_COOKIE: "browser", CORS_ORIGINS: appOrigin },
  });

  const browser = () => {
    const jar = new CookieJar();
    return { jar, network: new Network(site.service, jar) };
  };
  const tab = (network: Network) => frontEnd(network, { refresh: "cookie" });
  const idToken = () => site.google.idToken({ account: newAccount() });

  it("restores the session after a reload, and in five tabs at once with one refresh", async () => {
    const { network } = browser();
    using first = tab(network);
    expect(await first.client.restore()).toBeNull();
    expect(first.client.state).toMatchObject({ reason: "no_session" });
    const { user } = await first.client.signIn({ idToken: await idToken() });
    first.client.close();

    const before = network.count("POST /auth/refresh");
    const tabs = Array.from({ length: 5 }, () => tab(network));
    const users = await Promise.all(tabs.map(({ client }) => client.restore()));
    expect(users.map((one) => one?.id)).toEqual(Array(5).fill(user.id));
    expect(network.count("POST /auth/refresh")).toBe(before + 1);
    for (const { client } of tabs) client.close();
  });

  it("signs out everywhere, clears the cookie, and informs every tab", async () => {
    const { network, jar } = browser();
    using one = tab(network);
    const account = newAccount();
    await one.client.signIn({
      idToken: await site.google.idToken({ account }),
    });
    const elsewhere = browser().network;
    using other = frontEnd(elsewhere, {
      refresh: "cookie",
      baseUrl: `${publicUrl}:443`,
    });
    await other.client.signIn({
      idToken: await site.google.idToken({ account }),
    });
    await one.client.signOut({ everywhere: true });
    expect(jar.header).toBe("");
    expect(one.client.state).toMatchObject({ reason: "signed_out" });
    const denied = await other.client.fetch("/users/me");
    expect(denied.status).toBe(401);
    expect(other.client.state).toMatchObject({ reason: "session_revoked" });
  });

  it("clears the cookie if the session has already ended", async () => {
    const { network, jar } = browser();
    using page = tab(network);
    await page.client.signIn({ idToken: await idToken() });
    await page.client.fetch("/auth/logout-all", { method: "POST" });
    expect(jar.header).not.toBe("");
    await page.client.signOut();
    expect(jar.header).toBe("");
    expect(page.client.state).toMatchObject({ reason: "signed_out" });
  });

  it("is rendered by React for the signed-in user", async () => {
    const { network } = browser();
    using page = tab(network);
    const render = () =>
      renderToString(
        createElement(
          AuthProvider,
          { client: page.client },
          createElement(SignedIn, {
            children: (user) => `Hello ${user.email}`,
          }),
          createElement(SignedOut, null, "Please sign in"),
        ),
      );
    expect(render()).toBe("");
    await page.client.restore();
    expect(render()).toBe("Please sign in");
    const { user } = await page.client.signIn({ idToken: await idToken() });
    expect(render()).toBe(`Hello ${user.email}`);
  });

  it("is rendered by a server that refreshes once for many concurrent requests", async () => {
    const { network, jar } = browser();
    using page = tab(network);
    const { user } = await page.client.signIn({ idToken: await idToken() });
    const servers = new Network(site.service);
    const auth = createServerAuth({
      baseUrl: publicUrl,
      origin: appOrigin,
      fetch: servers.fetch,
    });
    const request = (cookie: string) => ({
      headers: new Headers({ cookie: `theme=dark; ${cookie}` }),
    });
    const before = jar.header;
    const sessions = await Promise.all(
      Array.from({ length: 20 }, () => auth.read(request(before))),
    );
    for (const session of sessions) {
      expect(session).toMatchObject({ user: { id: user.id } });
      expect(session.setCookie).toEqual(sessions[0]?.setCookie);
    }
    expect(servers.count("POST /auth/refresh")).toBe(1);
    jar.take(
      new Response(null, {
        headers: { "set-cookie": sessions[0]?.setCookie[0] ?? "" },
      }),
    );
    expect(jar.header).not.toBe(before);
    const next = await auth.read(request(jar.header));
    expect(next).toMatchObject({ user: { id: user.id }, setCookie: [] });
    const me = await auth.fetch(request(jar.header), "/users/me");
    expect(await me.json()).toMatchObject({ id: user.id });
    expect(servers.count("POST /auth/refresh")).toBe(1);

    expect(await auth.read({ headers: new Headers() })).toEqual({
      user: null,
      setCookie: [],
    });
    const guess = await auth.read(request("__Host-refresh=guess"));
    expect(guess.user).toBeNull();
    expect(guess.setCookie[0]).toContain("Max-Age=0");
  });
});
