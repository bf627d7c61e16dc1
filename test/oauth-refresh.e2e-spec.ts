import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestService } from "../src/testing/test-service";
import { Clock } from "../src/common/clock.port";
import { exchange, expectOAuthError, refreshGrant } from "./support/oauth";
import { getWithToken, postJson, signIn } from "./support/requests";
import { query } from "./support/rows";

describe("POST /oauth/token", () => {
  let google: GoogleEmulator;
  let service: TestService;
  const clock = new SteppedClock();

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    service = await TestService.start(google, {
      providers: [{ provide: Clock, useValue: clock }],
    });
  });

  afterAll(async () => {
    await service.stop();
    await google.stop();
  });

  describe("client authentication, which is not supported,", () => {
    it("with HTTP Basic gets a challenge of that scheme", async () => {
      const idToken = await google.idToken();
      const answer = await exchange(
        service,
        idToken,
        {},
        { authorization: "Basic YTpi" },
      );
      expectOAuthError(answer, 401, "invalid_client");
      expect(answer.headers.get("www-authenticate")).toBe(
        'Basic realm="oauth"',
      );
    });

    it.each<[string, Record<string, string>]>([
      ["a secret", { client_secret: "s" }],
      ["an assertion", { client_assertion: "x.y.z" }],
      [
        "another app's client_id",
        { client_id: "other.apps.googleusercontent.com" },
      ],
    ])("by %s is refused without a challenge", async (_what, more) => {
      const answer = await exchange(service, await google.idToken(), more);
      expectOAuthError(answer, 401, "invalid_client");
      expect(answer.headers.get("www-authenticate")).toBeNull();
    });

    it("by an old access token, as fetch wrappers send it, is ignored", async () => {
      const headers = { authorization: "Bearer old" };
      const answer = await exchange(
        service,
        await google.idToken(),
        {},
        headers,
      );
      expect(answer.status).toBe(200);
    });
  });

  describe("refresh_token", () => {
    it("is exchanged for a successor, which also works at /auth/refresh", async () => {
      const first = await exchange(service, await google.idToken());
      const second = await refreshGrant(service, first.body.refresh_token);
      expect(second.status).toBe(200);
      expect(second.body).toEqual({
        access_token: expect.stringMatching(/^eyJ/) as string,
        token_type: "Bearer",
        expires_in: 900,
        refresh_token: expect.stringMatching(/^v1\..*\.2\./) as string,
        scope: "user",
      });
      const third = await postJson(service, "/auth/refresh", {
        refreshToken: second.body.refresh_token,
      });
      expect(third.status).toBe(200);
    });

    it("with another scope is refused and stays valid", async () => {
      const { body } = await exchange(service, await google.idToken());
      for (const scope of ["admin", "user admin", "sign_up"]) {
        const wider = await refreshGrant(service, body.refresh_token, {
          scope,
        });
        expectOAuthError(wider, 400, "invalid_scope");
      }
      const same = await refreshGrant(service, body.refresh_token, {
        scope: "user",
      });
      expect(same.status).toBe(200);
      expect(String(same.body.refresh_token)).toContain(".2.");
    });

    it("is valid only for its client, if the client sends a client_id", async () => {
      const [web, other] = google.clientIds;
      const { body } = await exchange(service, await google.idToken());
      const refused = await refreshGrant(service, body.refresh_token, {
        client_id: String(other),
      });
      expectOAuthError(refused, 400, "invalid_grant");
      const good = await refreshGrant(service, body.refresh_token, {
        client_id: web,
      });
      expect(good.status).toBe(200);
      expect(String(good.body.refresh_token)).toContain(".2.");
    });

    it.each(["", "garbage", "v1.x.1.y"])("%j is refused", async (sent) => {
      expectOAuthError(
        await refreshGrant(service, sent),
        400,
        sent === "" ? "invalid_request" : "invalid_grant",
      );
    });

    it("of a disabled user is invalid_grant", async () => {
      const account = newAccount();
      const { user, body } = await signIn(
        service,
        await google.idToken({ account }),
      );
      await query(
        service,
        "UPDATE google_auth.users SET status = 'disabled' WHERE id = $1",
        [user.id],
      );
      expectOAuthError(
        await refreshGrant(service, body.refreshToken),
        400,
        "invalid_grant",
      );
    });

    it("that was replaced is invalid_grant and ends its session", async () => {
      const { body: first } = await exchange(service, await google.idToken());
      const { body: second } = await refreshGrant(service, first.refresh_token);
      const lost = await refreshGrant(service, first.refresh_token);
      expect(lost.body.refresh_token).toBe(second.refresh_token);
      const { body: third } = await refreshGrant(service, second.refresh_token);
      clock.step(11);
      expectOAuthError(
        await refreshGrant(service, first.refresh_token),
        400,
        "invalid_grant",
      );
      clock.step(-11);
      expectOAuthError(
        await refreshGrant(service, third.refresh_token),
        400,
        "invalid_grant",
      );
      const accessToken = String(second.access_token);
      const me = await getWithToken(service, "/users/me", accessToken);
      expect([me.status, me.body.code]).toEqual([401, "unauthenticated"]);
    });

    it.each([
      ["an access token", "access_token"],
      ["an ID token", ""],
    ])("cannot be %s", async (_what, member) => {
      const idToken = await google.idToken();
      const { body } = await exchange(service, idToken);
      const sent = member ? body[member] : idToken;
      expectOAuthError(await refreshGrant(service, sent), 400, "invalid_grant");
    });
  });
});
