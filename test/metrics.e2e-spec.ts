import { generateKeyPairSync } from "node:crypto";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { GuestApp } from "./support/guest-app";
import { HostModule } from "./support/host-module";
import { postJson } from "./support/requests";

/** An unsigned token with this header. */
function unsigned(header: object): string {
  const parts = [header, { sub: "marker", reason: "marker" }];
  return [...parts.map((part) => JSON.stringify(part)), "marker"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
}

describe("the metrics", () => {
  let google: GoogleEmulator;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });

  afterAll(() => google.stop());

  async function metricsOf(
    service: Pick<TestService, "fetch">,
    headers: Record<string, string> = {},
  ): Promise<string> {
    const answer = await service.fetch("/metrics", { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toMatch(
      /^text\/plain;.* version=0\.0\.4/,
    );
    return answer.text();
  }

  function valueOf(text: string, line: string): number {
    const found = text.split("\n").find((each) => each.startsWith(`${line} `));
    return Number(found?.slice(line.length + 1));
  }

  it("counts sign-ins by result and reason, and times requests by route", async () => {
    await using service = await TestService.start(google);
    const idToken = await google.idToken();
    await postJson(service, "/auth/google", { idToken });
    await postJson(service, "/auth/google", { idToken });
    const expired = await google.idToken({ issuedSecondsAgo: 9000 });
    await postJson(service, "/auth/google", { idToken: expired });
    await service.fetch("/users/me");
    const text = await metricsOf(service);
    const signIns = "nest_google_auth_sign_ins_total";
    expect(valueOf(text, `${signIns}{result="new",reason=""}`)).toBe(1);
    expect(valueOf(text, `${signIns}{result="known",reason=""}`)).toBe(1);
    expect(
      valueOf(
        text,
        `nest_google_auth_errors_total{code="token_expired",reason="expired"}`,
      ),
    ).toBe(1);
    expect(
      valueOf(
        text,
        `nest_google_auth_errors_total{code="unauthenticated",reason="no_token"}`,
      ),
    ).toBe(1);
    const requests = `http_server_request_duration_seconds_count{method="POST",route="/auth/google"`;
    expect(valueOf(text, `${requests},status="200"}`)).toBe(2);
    expect(valueOf(text, `${requests},status="401"}`)).toBe(1);
    expect(
      valueOf(text, `nest_google_auth_database_connections{state="open"}`),
    ).toBeGreaterThan(0);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });

  it("counts refreshes by result, and refusals of the guard by reason", async () => {
    await using service = await TestService.start(google);
    const idToken = await google.idToken();
    const { body } = await postJson(service, "/auth/google", { idToken });
    const { refreshToken, accessToken } = body;
    await postJson(service, "/auth/refresh", { refreshToken });
    await postJson(service, "/auth/refresh", { refreshToken: "not-ours" });
    const authorization = `Bearer ${String(accessToken)}`;
    for (const token of [authorization, `${authorization}x`]) {
      const headers = { authorization: token };
      await service.fetch("/users/me", { headers });
    }
    await service.fetch("/admin/users", { headers: { authorization } });
    const text = await metricsOf(service);
    const values = (name: string) =>
      text.split("\n").filter((line) => line.startsWith(`${name}{`));
    expect(values("nest_google_auth_refreshes_total")).toEqual([
      'nest_google_auth_refreshes_total{result="rotated",reason=""} 1',
      'nest_google_auth_refreshes_total{result="refused",reason="not_ours"} 1',
    ]);
    expect(values("nest_google_auth_guard_refusals_total")).toEqual([
      expect.stringMatching(/code="unauthenticated",reason="\w+"\} 1$/),
      expect.stringMatching(/code="insufficient_role",reason=""\} 1$/),
    ]);
  });

  it("exports the age of the key and of the revocations, and the size of the pool", async () => {
    await using service = await TestService.start(google, {
      env: { DATABASE_POOL_SIZE: "7" },
    });
    const text = await metricsOf(service);
    expect(valueOf(text, "nest_google_auth_database_pool_size")).toBe(7);
    const age = valueOf(text, "nest_google_auth_signing_key_age_seconds");
    expect(age).toBeGreaterThan(0);
    expect(age).toBeLessThan(60);
    const behind = valueOf(text, "nest_google_auth_revocations_age_seconds");
    expect(behind).toBeGreaterThanOrEqual(0);
    expect(behind).toBeLessThan(2);
  });

  it("has no age for a key from the environment", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
    await using service = await TestService.start(google, {
      env: { SIGNING_KEY_PEM: pem.replaceAll("\n", "\\n") },
    });
    const text = await metricsOf(service);
    expect(text).not.toMatch(/^nest_google_auth_signing_key_age_seconds/m);
  });

  it("takes no label from the client's input", async () => {
    await using service = await TestService.start(google);
    await postJson(service, "/auth/google", { idToken: "marker-one" });
    for (let index = 0; index < 110; index++) {
      await service.fetch(`/marker-${index}?marker-${index}`, {
        method: index % 2 ? "GET" : "OPTIONS",
        headers: { "user-agent": `marker-${index}`, authorization: "marker" },
      });
      await service.fetch(`/auth/sessions/marker-${index}`);
      await postJson(service, `/auth/marker-${index}`, { idToken: "marker" });
      await postJson(service, "/oauth/token", {
        grant_type: `marker-${index}`,
      });
      await postJson(service, "/auth/refresh", {
        refreshToken: `marker-${index}`,
      });
      for (const authorization of [
        `Bearer marker-${index}`,
        `Bearer ${unsigned({ alg: `marker-${index}`, kid: `marker-${index}` })}`,
        `DPoP marker-${index}`,
      ]) {
        await service.fetch("/users/me", {
          headers: { authorization, dpop: `marker-${index}` },
        });
      }
    }
    const text = await metricsOf(service);
    expect(text).not.toContain("marker");
    const lines = text.split("\n").filter((line) => !line.startsWith("#"));
    expect(lines.length).toBeLessThan(400);
  });

  it("require the token", async () => {
    const METRICS_TOKEN = "scraper-7c1e9d40b6a2";
    await using service = await TestService.start(google, {
      env: { METRICS_TOKEN },
    });
    await metricsOf(service, { authorization: `Bearer ${METRICS_TOKEN}` });
    for (const authorization of ["", "Bearer scraper", METRICS_TOKEN]) {
      const answer = await service.fetch("/metrics", {
        headers: { authorization },
      });
      expect([answer.status, await answer.json()]).toEqual([
        404,
        expect.objectContaining({ code: "not_found" }),
      ]);
    }
  });

  it("without a token are served to this machine only, and not through a proxy", async () => {
    await using service = await TestService.start(google);
    await metricsOf(service);
    for (const name of ["x-forwarded-for", "forwarded", "via", "x-real-ip"]) {
      const headers = { [name]: "127.0.0.1" };
      const answer = await service.fetch("/metrics", { headers });
      expect(answer.status).toBe(404);
    }
  });

  it("are 404 when they are off", async () => {
    await using service = await TestService.start(google, {
      env: { METRICS: "off" },
    });
    expect((await service.fetch("/metrics")).status).toBe(404);
  });

  it("name the routes on Express, too", async () => {
    await using database = await TestDatabase.create();
    await using app = await GuestApp.start(google, database, {
      platform: "express",
      host: { imports: [HostModule] },
      options: { routes: { metrics: true } },
    });
    await postJson(app, "/auth/google", { idToken: await google.idToken() });
    const text = await metricsOf({
      fetch: (path, init) => fetch(`${app.url}${path}`, init),
    });
    expect(
      valueOf(
        text,
        `http_server_request_duration_seconds_count{method="POST",route="/auth/google",status="200"}`,
      ),
    ).toBe(1);
  });
});
