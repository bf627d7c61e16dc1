import { errorOf } from "../../src/client";
import { TestService } from "../../src/testing";
import { failure, frontEnd, Network, publicUrl } from "./front-ends";
import { useSteppedService } from "./use-stepped-service";

describe("nest-google-auth/client in an app: errors", () => {
  const site = useSteppedService();

  it("throws an error with an action, a message and the request's id", async () => {
    using app = frontEnd(new Network(site.service));
    const error = await failure(app.client.signIn({ idToken: "guess" }));
    expect(error).toMatchObject({
      code: "invalid_token",
      action: "sign_in",
      message: "Google sign-in failed. Please try again.",
      status: 401,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    await using limited = await TestService.start(site.google, {
      env: { RATE_LIMIT_SIGN_IN: "1/60" },
    });
    using other = frontEnd(new Network(limited));
    await other.client.signIn({ idToken: await site.idToken() });
    const second = other.client.signIn({ idToken: await site.idToken() });
    const { code, action, retryAfter } = await failure(second);
    expect([code, action]).toEqual(["rate_limited", "retry"]);
    expect(retryAfter).toBeGreaterThan(0);
  });

  it("throws the same error for any response that is not 2xx", async () => {
    using app = frontEnd(new Network(site.service));
    await app.client.signIn({ idToken: await site.idToken() });
    const denied = await app.client.fetch("/admin/users");
    expect(await errorOf(denied)).toMatchObject({
      name: "AuthClientError",
      code: "insufficient_role",
      action: "tell_user",
      status: 403,
    });
  });

  it("sends the access token to no other origin", async () => {
    const network = new Network(site.service);
    using app = frontEnd(network);
    await app.client.signIn({ idToken: await site.idToken() });
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

  it("reports that the service uses a cookie but the client expects a body", async () => {
    using app = frontEnd(new Network(site.service), { refresh: "cookie" });
    const signingIn = app.client.signIn({ idToken: await site.idToken() });
    expect(await failure(signingIn)).toMatchObject({
      code: "unexpected_answer",
      action: "fix_config",
      detail: expect.stringContaining("REFRESH_COOKIE") as string,
    });
  });
});
