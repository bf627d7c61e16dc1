import { decodeJwt } from "jose";
import { GoogleEmulator } from "./emulator";

describe("the dialogs of Google's script", () => {
  let google: GoogleEmulator;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });

  afterAll(() => google.stop());

  const open = async (path: string, fields: Record<string, string> = {}) => {
    const query = new URLSearchParams({
      client_id: google.clientIds[0],
      origin: "http://localhost:5173",
      gsi: "1",
      ...fields,
    });
    const response = await fetch(`${google.url}${path}?${query.toString()}`);
    return {
      status: response.status,
      policy: response.headers.get("content-security-policy") ?? "",
      page: await response.text(),
    };
  };
  const message = (page: string): Record<string, string> => {
    const [, posted = "", origin = ""] =
      /postMessage\((.*), "([^"]+)"\)/.exec(page) ?? [];
    const sent = JSON.parse(posted) as object;
    return { ...sent, origin };
  };

  describe("when an account is chosen", () => {
    it("then its ID token is only posted to the requesting page", async () => {
      const { page } = await open("/gsi/popup", {
        nonce: "n-1",
        emulator_account: "consumer",
      });
      const { origin, credential = "", gsi } = message(page);
      expect([origin, gsi]).toEqual(["http://localhost:5173", "1"]);
      expect(decodeJwt(credential).nonce).toBe("n-1");
    });

    it("then a state with a script in it remains text", async () => {
      const { page } = await open("/gsi/code", {
        scope: "openid",
        state: "</script><script>alert(1)</script>",
        emulator_account: "consumer",
      });
      expect(page.match(/<script>/g)).toHaveLength(1);
      expect(message(page).state).toBe("</script><script>alert(1)</script>");
    });
  });

  describe("when the page is not registered", () => {
    it.each([
      "https://evil.example",
      "http://localhost:5173/path",
      "http://localhost:5173 'unsafe-inline'",
      "http://user@localhost:5173",
      "null",
    ])("then nothing is posted to %s", async (origin) => {
      for (const path of ["/gsi/popup", "/gsi/one-tap", "/gsi/code"]) {
        const { status, page, policy } = await open(path, {
          ...{ origin, scope: "openid", emulator_account: "consumer" },
        });
        expect(status).toBe(400);
        expect(page).not.toContain("postMessage");
        expect(policy).toContain("frame-ancestors 'none'");
      }
    });
  });

  it("only One Tap can be framed, and only by the requesting page", async () => {
    const tap = await open("/gsi/one-tap");
    expect(tap.policy).toContain("frame-ancestors http://localhost:5173");
    const popup = await open("/gsi/popup");
    expect(popup.policy).toContain("frame-ancestors 'none'");
  });

  it("auto_select selects a single known account, but not one of two", async () => {
    await open("/gsi/popup", { emulator_account: "workspace" });
    await fetch(
      `${google.url}/gsi/revoke?client_id=${google.clientIds[0]}&login_hint=ada@gmail.com`,
      { method: "POST" },
    );
    const one = await open("/gsi/one-tap", { auto_select: "true" });
    expect(message(one.page).select_by).toBe("fedcm_auto");
    await open("/gsi/popup", { emulator_account: "consumer" });
    const two = await open("/gsi/one-tap", { auto_select: "true" });
    expect(two.page).toContain("Choose an account");
  });
});

describe("a page that calls the emulator", () => {
  it.each([
    ["http://localhost:5173", "http://localhost:5173"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://app.localhost", "http://app.localhost"],
    ["https://evil.example", null],
    ["http://localhost.evil.example", null],
    ["null", null],
  ])("from %s is allowed by %s", async (origin, allowed) => {
    await using google = await GoogleEmulator.start();
    const response = await fetch(`${google.url}/emulator/id-token`, {
      method: "POST",
      headers: { origin },
    });
    expect(response.headers.get("access-control-allow-origin")).toBe(allowed);
    const preflight = await fetch(`${google.url}/token`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-headers": "content-type" },
    });
    expect(preflight.status).toBe(allowed === null ? 405 : 204);
  });
});
