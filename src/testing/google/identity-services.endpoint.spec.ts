import { request } from "node:http";
import { GoogleEmulator } from "./emulator";
import { emulatorClientIds } from "./emulator.options";

type Fields = Record<string, string | undefined>;
type Json = Record<string, unknown>;

const { web } = emulatorClientIds;

let google: GoogleEmulator;

beforeAll(async () => {
  google = await GoogleEmulator.start();
});

afterAll(() => google.stop());

async function open(fields: Fields) {
  const asked = {
    client_id: web,
    login_uri: "http://127.0.0.1:3000/auth/google/redirect",
    ...fields,
  };
  const query = new URLSearchParams(
    Object.entries(asked).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const response = await fetch(`${google.url}/gsi/select?${query.toString()}`, {
    redirect: "manual",
  });
  const page = await response.text();
  const inputs = page.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)">/g,
  );
  return {
    status: response.status,
    headers: response.headers,
    page,
    posted: Object.fromEntries(
      [...inputs].map(([, name = "", value = ""]) => [name, value]),
    ),
  };
}

function claims(idToken: unknown): Json {
  const [, payload = ""] = String(idToken).split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Json;
}

describe("the button of Google Identity Services", () => {
  describe("when it is pressed", () => {
    it("then the accounts are shown", async () => {
      const { status, page, headers } = await open({});
      expect(status).toBe(200);
      expect(page).toContain("ada@gmail.com");
      expect(headers.get("set-cookie")).toBeNull();
    });
  });

  describe("when an account is chosen", () => {
    it("then its token is posted, with a cookie that equals the field", async () => {
      const { status, page, headers, posted } = await open({
        emulator_account: "workspace",
        nonce: "n-1",
        state: "/after",
      });
      expect(status).toBe(200);
      expect(page).toContain(
        '<form method="post" action="http://127.0.0.1:3000/auth/google/redirect">',
      );
      expect(posted).toEqual({
        credential: expect.any(String) as string,
        g_csrf_token: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        select_by: "btn",
        state: "/after",
        client_id: web,
      });
      expect(claims(posted.credential)).toMatchObject({
        aud: web,
        nonce: "n-1",
        email: "grace@navy.example",
        jti: expect.any(String) as string,
      });
      expect(headers.get("set-cookie")).toBe(
        `g_csrf_token=${posted.g_csrf_token}; Path=/`,
      );
    });

    it("then the cookie of the app's own page is not replaced", async () => {
      const { headers, posted } = await open({
        emulator_account: "consumer",
        g_csrf_token: "of-the-page",
      });
      expect(posted.g_csrf_token).toBe("of-the-page");
      expect(posted).not.toHaveProperty("state");
      expect(headers.get("set-cookie")).toBeNull();
    });

    it("then cancelling posts nothing", async () => {
      const { status, page } = await open({ emulator_account: "cancel" });
      expect(status).toBe(400);
      expect(page).not.toContain("<form");
    });
  });

  describe("when the app uses the other local host name", () => {
    const login_uri = "http://localhost:3000/login";

    it("then the browser is redirected to it, so that the cookie is sent", async () => {
      const { port } = new URL(google.url);
      const { status, headers } = await open({
        login_uri,
        emulator_account: "consumer",
      });
      expect(status).toBe(302);
      const location = new URL(headers.get("location") ?? "");
      expect(location.origin).toBe(`http://localhost:${port}`);
      expect(location.pathname).toBe("/gsi/select");
      expect(location.searchParams.get("login_uri")).toBe(login_uri);
      expect(location.searchParams.get("emulator_account")).toBe("consumer");
    });

    it("then it is not, if the page has set the cookie", async () => {
      const { status } = await open({ login_uri, g_csrf_token: "t" });
      expect(status).toBe(200);
    });

    it("then an unknown Host is not used", async () => {
      const query = new URLSearchParams({ client_id: web, login_uri });
      const status = await new Promise((resolve, reject) => {
        request(
          `${google.url}/gsi/select?${query.toString()}`,
          { headers: { host: "evil.example" }, agent: false },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        )
          .on("error", reject)
          .end();
      });
      expect(status).toBe(200);
    });
  });

  describe("when the request is invalid", () => {
    it.each<[number, Fields, string]>([
      [401, { client_id: "x" }, "invalid_client"],
      [400, { login_uri: undefined }, "login_uri"],
      [400, { login_uri: "https://evil.example/" }, "redirect_uri_mismatch"],
    ])("then it is shown as %d: %j", async (code, fields, why) => {
      const { status, page } = await open({
        emulator_account: "consumer",
        ...fields,
      });
      expect(status).toBe(code);
      expect(page).toContain(why);
      expect(page).not.toContain("<form");
    });
  });
});
