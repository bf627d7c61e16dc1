import { createAuthClient } from "../../src/client";
import { emulatorClientIds, newAccount, TestService } from "../../src/testing";
import { companyProfile } from "../support/company-profile";
import {
  failure,
  fakeGoogleScript,
  frontEnd,
  Network,
  publicUrl,
  until,
} from "./front-ends";
import { useSteppedService } from "./use-stepped-service";

describe("nest-google-auth/client in an app: signing in", () => {
  const site = useSteppedService();

  it("reauthenticates the user, and continues with the new tokens", async () => {
    using app = frontEnd(new Network(site.service));
    const account = newAccount();
    const { user } = await app.client.signIn({
      idToken: await site.google.idToken({ account }),
    });
    site.clock.step(400);
    const remove = () => app.client.fetch("/users/me", { method: "DELETE" });
    expect((await remove()).status).toBe(401);
    site.clock.step(-400);
    const proof = { idToken: await site.google.idToken({ account }) };
    expect((await app.client.reauthenticate(proof)).id).toBe(user.id);
    expect((await remove()).status).toBe(204);
  });

  it("uses a new nonce for each ID token of Google's button, for every purpose", async () => {
    const network = new Network(site.service);
    const { web: clientId } = emulatorClientIds;
    using app = frontEnd(network, { google: { clientId } });
    const account = newAccount();
    const { user } = await app.client.signIn({
      idToken: await site.google.idToken({ account }),
    });
    const script = fakeGoogleScript();
    try {
      const element = { replaceChildren: () => {} } as unknown as HTMLElement;
      const proved: unknown[] = [];
      const hide = await app.client.renderGoogleButton(element, {
        onCredential: async (credential) =>
          proved.push(await app.client.reauthenticate(credential)),
      });
      for (let time = 1; time <= 2; time += 1) {
        const { nonce, callback } = script.options;
        callback({ credential: await site.google.idToken({ account, nonce }) });
        await until(() => script.options.nonce !== nonce);
        expect(proved).toHaveLength(time);
      }
      expect(proved).toMatchObject([{ id: user.id }, { id: user.id }]);
      expect(network.count("POST /auth/reauthenticate")).toBe(2);
      hide();
    } finally {
      script.remove();
    }
  });

  it("signs in with a nonce of the service, and with a code", async () => {
    using app = frontEnd(new Network(site.service));
    const code = site.google.authorizationCode({
      account: newAccount(),
      redirectUri: "postmessage",
    });
    const { user } = await app.client.signIn({
      code,
      redirectUri: "postmessage",
    });
    expect(user.emailVerified).toBe(true);
  });

  it("recognizes a user with an incomplete profile", async () => {
    await using team = await TestService.start(site.google, {
      providers: [companyProfile],
    });
    using app = frontEnd(new Network(team));
    await app.client.signIn({ idToken: await site.idToken() });
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

  it("shows Google's button and One Tap with one nonce, which the service requires", async () => {
    await using strict = await TestService.start(site.google, {
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
      callback({ credential: await site.google.idToken({ account, nonce }) });
      await until(() => app.client.state.status === "signed_in");
      hide();
    } finally {
      script.remove();
    }
  });

  it("binds its tokens to a key, even with a clock that is hours off, and with nonces", async () => {
    await using bound = await TestService.start(site.google, {
      env: { DPOP: "required", DPOP_NONCE: "required" },
    });
    const token = await site.idToken();
    const network = new Network(bound);
    const now = Date.now.bind(Date);
    const hours = 3 * 3600 * 1000;
    let shift = hours;
    jest.spyOn(Date, "now").mockImplementation(() => now() + shift);
    // Only the client's clock is wrong, not the service's.
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
