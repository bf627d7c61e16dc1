import { Body, Controller, Post } from "@nestjs/common";
import {
  AuthError,
  type AuthErrorCode,
  Public,
  RateLimited,
} from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import type { IdTokenOptions } from "../src/testing/google/id-token.mint";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { type Line, linesOf, linesSince } from "./support/audit-lines";
import { call, person } from "./support/calls";
import { postWith } from "./support/headed-requests";
import { query } from "./support/rows";

/** An application's own sign-in route, without any decorator for auditing. */
@Controller("team")
class TeamController {
  @Public()
  @Post("sign-in")
  @RateLimited("signIn", { failures: "signInFailures" })
  signIn(@Body("code") code: AuthErrorCode): void {
    throw new AuthError(code);
  }

  @Public()
  @Post("other")
  @RateLimited("signIn")
  other(): void {
    throw new AuthError("invalid_token");
  }
}

const agent = { "user-agent": "AuditSpec/1.0" };

/**
 * The options of an ID token, other fields of the body, and the expected
 * refusal.
 */
interface Refusal {
  readonly name: string;
  readonly idToken: IdTokenOptions;
  readonly body?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: AuthErrorCode;
  readonly reason?: string;
}

const refusals: readonly Refusal[] = [
  {
    name: "an unknown signing key",
    idToken: { signWith: "foreign" },
    ...{ status: 401, code: "invalid_token", reason: "bad_signature" },
  },
  {
    name: "a malformed header",
    idToken: { rawHeader: "secret header" },
    ...{ status: 401, code: "invalid_token", reason: "malformed_header" },
  },
  {
    name: "an expired token",
    idToken: { issuedSecondsAgo: 7000 },
    ...{ status: 401, code: "token_expired", reason: "expired" },
  },
  {
    name: "a wrong nonce",
    idToken: { nonce: "n".repeat(43) },
    body: { nonce: "another secret nonce" },
    ...{ status: 401, code: "invalid_token", reason: "nonce_mismatch" },
  },
  {
    name: "an unverified address",
    idToken: { account: "unverifiedEmail" },
    ...{ status: 403, code: "email_not_verified" },
  },
  {
    name: "a page of another origin",
    idToken: {},
    headers: { origin: "https://evil.example" },
    ...{ status: 403, code: "origin_not_allowed" },
  },
];

describe("a refused sign-in in the audit log", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let one: TestService;
  let other: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    one = await TestService.start(google, {
      database,
      // Refusals that a rate limit counts are written one by one.
      env: { RATE_LIMIT_SIGN_IN_FAILURES: "1000/60" },
      controllers: [TeamController],
    });
    other = await TestService.start(google, {
      database,
      env: {
        SIGN_UP: "closed",
        RATE_LIMIT_SIGN_IN_FAILURES: "2/60",
        TRUSTED_PROXIES: "127.0.0.1",
      },
    });
  });

  afterAll(async () => {
    await one.stop();
    await other.stop();
    await database.destroy();
    await google.stop();
  });

  it.each(refusals)(
    "for $name, is $code without any of the input",
    async ({ idToken, body, headers, status, code, reason = code }) => {
      // Refusals without a rate limit are written once a minute per client
      // network.
      const paths =
        code === "origin_not_allowed"
          ? ["/auth/google"]
          : ["/auth/google", "/tokensignin"];
      for (const path of paths) {
        const since = await linesSince(one);
        const sent = { idToken: await google.idToken(idToken), ...body };
        const all = { ...agent, ...headers };
        const answer = await postWith(all, one, path, sent);
        expect([answer.status, answer.body.code]).toEqual([status, code]);
        const lines = await since();
        expect(lines).toEqual<Line[]>([
          {
            ...{ event: "sign_in_refused", sessionId: null, actorId: null },
            ...{ reason, details: { code }, ip: "127.0.0.1" },
            userAgent: agent["user-agent"],
          },
        ]);
        const written = JSON.stringify(lines);
        for (const text of Object.values(sent)) {
          for (const part of text.split(".")) {
            expect(written).not.toContain(part);
          }
        }
        expect(written).not.toContain("@");
      }
    },
  );

  it("names a disabled account or a closed sign-up as the cause", async () => {
    const { account, id } = await person(one, google);
    await query(
      one,
      "UPDATE google_auth.users SET status = 'disabled' WHERE id = $1",
      [id],
    );
    const headers = { "x-forwarded-for": "198.51.100.1" };
    for (const [who, code, userId] of [
      [account, "account_disabled", id],
      [newAccount(), "sign_up_not_allowed", null],
    ] as const) {
      const since = await linesSince(other);
      const body = { idToken: await google.idToken({ account: who }) };
      const answer = await postWith(headers, other, "/auth/google", body);
      expect([answer.status, answer.body.code]).toEqual([403, code]);
      const ofNobody = await since();
      const lines = userId ? await linesOf(one, userId) : ofNobody;
      expect(lines.filter(({ reason }) => reason === code)).toEqual([
        expect.objectContaining({
          ...{ event: "sign_in_refused", details: { code } },
          ip: "198.51.100.1",
        }),
      ]);
      expect(ofNobody).toHaveLength(userId ? 0 : 1);
    }
  });

  it("is also written for an application's own sign-in route, and for no other kind of refusal", async () => {
    const since = await linesSince(one);
    const post = (path: string, body: object, headers = {}) =>
      postWith(headers, one, path, body);
    await post("/team/sign-in", { code: "invalid_token" });
    await post("/team/sign-in", { code: "sign_up_not_allowed" });
    const answers = [
      await post("/team/sign-in", { code: "service_unavailable" }),
      await post("/team/other", {}),
      await post("/auth/google", {}),
      await post("/auth/google", {}, { "content-type": "text/plain" }),
      await post("/auth/refresh", { refreshToken: "v1.x.y.z" }),
      await call(one, "GET", "/users/me"),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [503, "service_unavailable"],
      [401, "invalid_token"],
      [400, "invalid_request"],
      [415, "unsupported_media_type"],
      [401, "invalid_refresh_token"],
      [401, "unauthenticated"],
    ]);
    expect((await since()).map(({ details }) => details)).toEqual([
      { code: "invalid_token" },
      { code: "sign_up_not_allowed" },
    ]);
  });

  it("is written until the client is locked out, and not after", async () => {
    const since = await linesSince(other);
    const headers = { "x-forwarded-for": "198.51.100.77" };
    const codes: unknown[] = [];
    for (let count = 0; count < 6; count++) {
      const body = { idToken: "not.a.token" };
      const answer = await postWith(headers, other, "/auth/google", body);
      codes.push(answer.body.code);
    }
    expect(codes).toEqual([
      ...Array<string>(2).fill("invalid_token"),
      ...Array<string>(4).fill("rate_limited"),
    ]);
    expect((await since()).map(({ details }) => details)).toEqual([
      { code: "invalid_token" },
      { code: "invalid_token" },
    ]);
  });
});
