import { createHash } from "node:crypto";
import {
  exchange,
  parametersOf,
  payloadOf,
  type Fields,
} from "../../../test/support/emulator-app";
import { googleAccounts } from "./accounts";
import { GoogleEmulator } from "./emulator";
import { emulatorClientIds } from "./emulator.options";

const { web } = emulatorClientIds;
const CALLBACK = "http://localhost:3000/callback";

let google: GoogleEmulator;

beforeAll(async () => {
  google = await GoogleEmulator.start();
});

afterAll(() => google.stop());

/** Opens the endpoint with a valid request, overridden by `fields`. */
async function open(fields: Fields = {}, at = google) {
  const asked = {
    client_id: web,
    redirect_uri: CALLBACK,
    response_type: "code",
    scope: "openid email profile",
    state: "s-1",
    ...fields,
  };
  const query = parametersOf(asked);
  return load(`${at.url}/o/oauth2/v2/auth?${query.toString()}`);
}

async function load(url: string) {
  const response = await fetch(url, { redirect: "manual" });
  return {
    status: response.status,
    headers: response.headers,
    location: response.headers.get("location") ?? "",
    page: await response.text(),
  };
}

function linksOf(page: string): string[] {
  return [...page.matchAll(/href="([^"]*)"/g)].map(([, href = ""]) =>
    href.replaceAll("&amp;", "&"),
  );
}

function redeem(location: string, fields: Fields = {}) {
  return exchange(google, {
    code: new URL(location).searchParams.get("code") ?? "",
    redirect_uri: CALLBACK,
    ...fields,
  });
}

describe("the account chooser", () => {
  describe("when it is opened", () => {
    it("then it lists every account, and loads no resources", async () => {
      const { status, headers, page } = await open();
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("script-src");
      expect(page).not.toMatch(/<script|src=|https?:\/\/(?!localhost)/i);
      const [, style = ""] = /<style>([^]*)<\/style>/.exec(page) ?? [];
      const hash = createHash("sha256").update(style).digest("base64");
      expect(policy).toContain(`style-src 'sha256-${hash}'`);
      for (const { email } of Object.values(googleAccounts)) {
        expect(page).toContain(email ?? "no e-mail address");
      }
      expect(linksOf(page)).toHaveLength(
        Object.keys(googleAccounts).length + 1,
      );
    });

    it("then the parameters are escaped", async () => {
      const state = `"><script>alert(1)</script>'&`;
      const { page } = await open({ state });
      expect(page).not.toContain("<script>");
      const [first = ""] = linksOf(page);
      const link = new URL(first, google.url);
      expect(link.searchParams.get("state")).toBe(state);
    });

    it("then a hosted domain hides the others", async () => {
      const own = linksOf((await open({ hd: "navy.example" })).page);
      expect(own).toHaveLength(2);
      expect(own[0]).toContain("emulator_account=workspace");
      expect(linksOf((await open({ hd: "*" })).page)).toEqual(
        own.map((href) => href.replace("hd=navy.example", "hd=*")),
      );
    });
  });

  describe("when an account is chosen", () => {
    it("then its link leads to the app with a valid code", async () => {
      const links = linksOf((await open({ nonce: "n-1" })).page);
      const link = links.find((href) => href.includes("=workspace")) ?? "";
      const { status, location } = await load(google.url + link);
      expect(status).toBe(302);
      const { origin, pathname, searchParams } = new URL(location);
      expect(origin + pathname).toBe(CALLBACK);
      expect(Object.fromEntries(searchParams)).toEqual({
        state: "s-1",
        iss: "https://accounts.google.com",
        code: expect.stringMatching(/^4\/0A/) as string,
        scope: expect.stringContaining("openid") as string,
        authuser: "0",
        hd: "navy.example",
        prompt: "consent",
      });
      const { status: answered, json } = await redeem(location);
      expect(answered).toBe(200);
      expect(payloadOf(json.id_token)).toMatchObject({
        email: "grace@navy.example",
        nonce: "n-1",
      });
    });

    it("then the code has the challenge and the redirect URI", async () => {
      const redirect_uri = `${CALLBACK}?a=b`;
      const { location } = await open({
        redirect_uri,
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        code_challenge_method: "S256",
        emulator_account: "consumer",
      });
      expect(location.startsWith(`${redirect_uri}&state=s-1&`)).toBe(true);
      const { json } = await redeem(location, { redirect_uri });
      expect(json.error_description).toBe("Missing code verifier.");
      const { status } = await redeem(location, {
        redirect_uri,
        code_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
      });
      expect(status).toBe(200);
    });

    it("then a refresh token is only issued with a consent", async () => {
      await using fresh = await GoogleEmulator.start();
      const ask = (fields: Fields = {}) =>
        open(
          {
            access_type: "offline",
            emulator_account: "noProfile",
            ...fields,
          },
          fresh,
        );
      const prompts = [];
      for (const fields of [{}, {}, { prompt: "consent" }]) {
        const { location } = await ask(fields);
        prompts.push(new URL(location).searchParams.get("prompt"));
      }
      expect(prompts).toEqual(["consent", "none", "consent"]);
    });

    it("then a new one is created, and can be chosen again", async () => {
      const made = await open({ emulator_account: "new" });
      const { json } = await redeem(made.location);
      const { sub } = payloadOf(json.id_token);
      const again = await open({ emulator_account: String(sub) });
      const { json: second } = await redeem(again.location);
      expect(payloadOf(second.id_token).sub).toBe(sub);
    });

    it("then the app is notified of a cancellation", async () => {
      const { location } = await open({ emulator_account: "cancel" });
      const { searchParams } = new URL(location);
      expect(searchParams.get("error")).toBe("access_denied");
      expect(searchParams.get("state")).toBe("s-1");
      expect(searchParams.has("code")).toBe(false);
    });

    it("then an unknown one shows the chooser again", async () => {
      const { status } = await open({ emulator_account: "__proto__" });
      expect(status).toBe(200);
    });
  });

  describe("when an ID token is requested", () => {
    const implicit = {
      response_type: "id_token",
      nonce: "n-2",
      emulator_account: "consumer",
    };

    it("then it is returned in the fragment", async () => {
      const { location } = await open(implicit);
      const { hash, search } = new URL(location);
      expect(search).toBe("");
      const fields = new URLSearchParams(hash.slice(1));
      expect(payloadOf(fields.get("id_token"))).toMatchObject({
        aud: web,
        nonce: "n-2",
        email: "ada@gmail.com",
      });
      expect(fields.get("state")).toBe("s-1");
    });

    it("then it is returned in a form that works without a script", async () => {
      const state = `"><b>`;
      const { status, headers, page } = await open({
        ...implicit,
        response_mode: "form_post",
        state,
      });
      expect(status).toBe(200);
      expect(page).toContain(`<form method="post" action="${CALLBACK}">`);
      expect(page).toContain(`name="state" value="&quot;&gt;&lt;b&gt;"`);
      expect(page).toContain("<button>Continue</button>");
      const [, script = ""] = /<script>([^]*)<\/script>/.exec(page) ?? [];
      const hash = createHash("sha256").update(script).digest("base64");
      expect(headers.get("content-security-policy")).toContain(
        `script-src 'sha256-${hash}'`,
      );
    });
  });

  describe("when the user must not be asked", () => {
    it("then a known hint signs in, and an unknown one does not", async () => {
      const hinted = await open({
        prompt: "none",
        login_hint: "alan@bletchley.example",
      });
      const { json } = await redeem(hinted.location);
      expect(payloadOf(json.id_token).email).toBe("alan@bletchley.example");
      const { location } = await open({ prompt: "none" });
      expect(new URL(location).searchParams.get("error")).toBe(
        "interaction_required",
      );
    });
  });

  describe("when the request is invalid", () => {
    it.each<[string, number, Fields, string]>([
      ["an unknown client", 401, { client_id: "x" }, "invalid_client"],
      ["no client", 400, { client_id: undefined }, "client_id"],
      ["no redirect URI", 400, { redirect_uri: undefined }, "redirect_uri"],
      ["no scope", 400, { scope: undefined }, "scope"],
      ["no type", 400, { response_type: undefined }, "response_type"],
      [
        "another type",
        400,
        { response_type: "token" },
        "unsupported_response_type",
      ],
      [
        "an ID token in the query",
        400,
        { response_type: "id_token", nonce: "n", response_mode: "query" },
        "response_mode",
      ],
      ["no nonce", 400, { response_type: "id_token" }, "nonce"],
      [
        "no openid",
        400,
        { response_type: "id_token", nonce: "n", scope: "email" },
        "openid",
      ],
      [
        "another challenge method",
        400,
        { code_challenge: "x", code_challenge_method: "S512" },
        "code_challenge_method",
      ],
      [
        "a method alone",
        400,
        { code_challenge_method: "S256" },
        "code_challenge",
      ],
    ])(
      "then %s is shown as %d, and not redirected",
      async (_, code, fields, why) => {
        const { status, location, page } = await open({
          emulator_account: "consumer",
          ...fields,
        });
        expect(status).toBe(code);
        expect(location).toBe("");
        expect(page).toContain(why);
        expect(linksOf(page)).toEqual([]);
      },
    );
  });
});
