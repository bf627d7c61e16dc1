import type { NestExpressApplication } from "@nestjs/platform-express";
import { NestFactory } from "@nestjs/core";
import { GoogleAuthModule } from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { documentedCode } from "./support/documented-code";
import { requiredOptions } from "./support/guest-app";

interface Documented {
  readonly harden: (
    app: NestExpressApplication,
    exposure: { origins: readonly string[]; proxies: number },
  ) => void;
}

const origin = "https://app.example.com";

describe("an Express application with the lines of docs/adding-to-your-app.md", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let app: NestExpressApplication;
  let url: string;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    const root = GoogleAuthModule.forRoot({
      ...requiredOptions(google, database),
      origins: [origin],
      errors: "all",
    });
    app = await NestFactory.create<NestExpressApplication>(root, {
      bodyParser: false,
      logger: ["error"],
    });
    const page = "docs/adding-to-your-app.md";
    const { harden } = documentedCode<Documented>(page, 2);
    harden(app, { origins: [origin], proxies: 1 });
    await app.listen(0, "127.0.0.1");
    url = await app.getUrl();
  });

  afterAll(async () => {
    await app.close();
    await database.destroy();
    await google.stop();
  });

  const post = (path: string, body: string, headers = {}) =>
    fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });

  it("signs users in with JSON and with a form", async () => {
    const idToken = await google.idToken();
    const json = await post("/auth/google", JSON.stringify({ idToken }));
    expect(json.status).toBe(200);
    const form = await fetch(`${url}/auth/google`, {
      method: "POST",
      body: new URLSearchParams({ idToken: await google.idToken() }),
    });
    expect(form.status).toBe(200);
  });

  it("refuses bodies over 16 kB, and bodies that are not JSON", async () => {
    const large = JSON.stringify({ idToken: "x".repeat(16 * 1024) });
    const refused = await post("/auth/google", large);
    expect([refused.status, await codeOf(refused)]).toEqual([
      ...[413, "payload_too_large"],
    ]);
    const broken = await post("/auth/google", "{");
    expect([broken.status, await codeOf(broken)]).toEqual([
      ...[400, "invalid_request"],
    ]);
  });

  it("answers an unknown path or a wrong method with 404", async () => {
    for (const path of ["/nowhere", "/auth/google"]) {
      const refused = await fetch(url + path);
      expect([refused.status, await codeOf(refused)]).toEqual([
        ...[404, "not_found"],
      ]);
    }
  });

  it("lets only the configured origins read responses", async () => {
    const allowed = await post("/auth/google", "{}", { origin });
    expect(allowed.headers.get("access-control-allow-origin")).toBe(origin);
    expect(allowed.headers.get("access-control-allow-credentials")).toBe(
      "true",
    );
    const foreign = { origin: "https://evil.example" };
    const other = await post("/auth/google", "{}", foreign);
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("sends security headers, and no server name", async () => {
    const { headers } = await fetch(`${url}/.well-known/jwks.json`);
    expect(headers.get("x-powered-by")).toBeNull();
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain(
      "default-src 'none'",
    );
  });

  it("takes the client's address from its own proxy", async () => {
    const headers = { "x-forwarded-for": "198.51.100.7" };
    const idToken = await google.idToken();
    const signedIn = await post(
      ...(["/auth/google", JSON.stringify({ idToken }), headers] as const),
    );
    const { accessToken } = (await signedIn.json()) as { accessToken: string };
    const sessions = await fetch(`${url}/auth/sessions`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const [session] = (await sessions.json()) as { ip: string }[];
    expect(session?.ip).toBe("198.51.100.7");
  });

  it("limits how long a request may take to arrive", () => {
    const server = app.getHttpServer();
    expect([server.requestTimeout, server.headersTimeout]).toEqual([
      ...[10_000, 10_000],
    ]);
  });
});

async function codeOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { code?: unknown }).code;
}
