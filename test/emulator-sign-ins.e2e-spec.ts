import { createHash, randomBytes } from "node:crypto";
import { googlePaths } from "../src/testing/google/emulator.routes";
import { postJson } from "./support/requests";
import { useService } from "./support/use-service";

const callback = "http://localhost:5173/callback";

describe("a user of the emulator's pages", () => {
  const site = useService((google) => ({
    env: {
      GOOGLE_REDIRECT_URIS: callback,
      APP_URL: "http://localhost:5173/",
      CORS_ORIGINS: google.url,
    },
  }));

  /** Opens a page of the emulator and clicks the account of this address. */
  async function choose(path: string, query: object, email: string) {
    const asked = new URLSearchParams({ ...query });
    const shown = await fetch(`${site.google.url}${path}?${asked.toString()}`);
    expect(shown.status).toBe(200);
    const entries = (await shown.text()).matchAll(
      /<a href="([^"]*)">([^]*?)<\/a>/g,
    );
    const [, href = ""] =
      [...entries].find(([, , text = ""]) => text.includes(email)) ?? [];
    const link = new URL(href.replaceAll("&amp;", "&"), site.google.url);
    return fetch(link, { redirect: "manual" });
  }

  describe("when a web app sends them there with PKCE", () => {
    it("then the returned code signs them in", async () => {
      const codeVerifier = randomBytes(32).toString("base64url");
      const nonce = String(
        (await postJson(site.service, "/auth/google/nonce", {})).body.nonce,
      );
      const chosen = await choose(
        googlePaths.authorization,
        {
          client_id: site.google.clientIds[0],
          redirect_uri: callback,
          response_type: "code",
          scope: "openid email profile",
          state: "s-1",
          nonce,
          code_challenge: createHash("sha256")
            .update(codeVerifier)
            .digest("base64url"),
          code_challenge_method: "S256",
        },
        "grace@navy.example",
      );
      expect(chosen.status).toBe(302);
      const back = new URL(chosen.headers.get("location") ?? "");
      expect(back.origin + back.pathname).toBe(callback);
      expect(back.searchParams.get("state")).toBe("s-1");
      const answer = await postJson(site.service, "/auth/google/code", {
        code: back.searchParams.get("code"),
        redirectUri: callback,
        codeVerifier,
        nonce,
      });
      expect(answer.status).toBe(200);
      expect(answer.body.user).toMatchObject({
        email: "grace@navy.example",
        hostedDomain: "navy.example",
        emailAuthority: "authoritative",
      });
    });
  });

  describe("when they click the Google Identity Services button", () => {
    it("then the browser's form post signs them in", async () => {
      const loginUri = `${site.service.url.replace("[::1]", "127.0.0.1")}/auth/google/redirect`;
      const chosen = await choose(
        googlePaths.identityServices,
        { client_id: site.google.clientIds[0], login_uri: loginUri },
        "ada@gmail.com",
      );
      const page = await chosen.text();
      expect(page).toContain(`<form method="post" action="${loginUri}">`);
      const inputs = page.matchAll(/name="([^"]*)" value="([^"]*)"/g);
      const fields = [...inputs].map(
        ([, name = "", value = ""]): [string, string] => [name, value],
      );
      // Cookies ignore ports: the browser sends it to the service too.
      const [cookie = ""] = chosen.headers.getSetCookie()[0]?.split(";") ?? [];
      const posted = await fetch(loginUri, {
        method: "POST",
        redirect: "manual",
        headers: { cookie, origin: site.google.url },
        body: new URLSearchParams(fields),
      });
      expect(posted.status).toBe(303);
      expect(posted.headers.get("location")).toBe("http://localhost:5173/");
      expect(posted.headers.getSetCookie()[0]).toMatch(/^__Host-refresh=v1/);
    });
  });
});
