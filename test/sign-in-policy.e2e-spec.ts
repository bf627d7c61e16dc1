import { GoogleEmulator } from "../src/testing/google/emulator";
import { newAccount } from "../src/testing/google/accounts";
import { TestService } from "../src/testing/test-service";
import { signIn } from "./support/requests";
import { rowCounts } from "./support/rows";

describe("the sign-in policy", () => {
  let google: GoogleEmulator;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });

  afterAll(() => google.stop());

  it("with sign-up closed, admits known users and refuses new ones", async () => {
    const open = await TestService.start(google);
    const closed = await TestService.start(google, {
      database: open.database,
      env: { SIGN_UP: "closed" },
    });
    try {
      const known = newAccount();
      await signIn(open, await google.idToken({ account: known }));
      const before = await rowCounts(open);
      const stranger = await signIn(
        closed,
        await google.idToken({ account: newAccount() }),
      );
      expect(stranger.status).toBe(403);
      expect(stranger.body.code).toBe("sign_up_not_allowed");
      expect(await rowCounts(open)).toEqual(before);
      const again = await signIn(
        closed,
        await google.idToken({ account: known }),
      );
      expect(again.status).toBe(200);
    } finally {
      await closed.stop();
      await open.stop();
    }
  });

  it("with hosted domains set, checks the hd claim, not the domain of the e-mail", async () => {
    const service = await TestService.start(google, {
      env: { GOOGLE_HOSTED_DOMAINS: "navy.example, Other.Example" },
    });
    try {
      const codeFor = async (overrides: Parameters<typeof newAccount>[0]) =>
        (
          await signIn(
            service,
            await google.idToken({ account: newAccount(overrides) }),
          )
        ).body.code;
      expect(await codeFor({ hd: "navy.example" })).toBeUndefined();
      expect(await codeFor({ hd: "OTHER.example" })).toBeUndefined();
      const refused = "hosted_domain_not_allowed";
      expect(await codeFor({ email: "x@navy.example" })).toBe(refused);
      expect(await codeFor({ hd: "avy.example" })).toBe(refused);
      expect(await codeFor({ hd: "navy.example.evil.example" })).toBe(refused);
      expect(await rowCounts(service)).toMatchObject({ users: 2 });
    } finally {
      await service.stop();
    }
  });

  it.each([
    ["unverifiedEmail", {}],
    ["noEmail", {}],
    ["consumer", { email_verified: "true" }],
    ["consumer", { email_verified: 1 }],
    ["consumer", { email_verified: undefined }],
  ] as const)(
    "with a verified e-mail required, refuses %s with %j and admits it otherwise",
    async (account, claims) => {
      const strict = await TestService.start(google);
      const lenient = await TestService.start(google, {
        database: strict.database,
        env: { REQUIRE_VERIFIED_EMAIL: "false" },
      });
      try {
        const idToken = await google.idToken({ account, claims });
        const refused = await signIn(strict, idToken);
        expect(refused.status).toBe(403);
        expect(refused.body.code).toBe("email_not_verified");
        expect(await rowCounts(strict)).toMatchObject({ users: 0 });
        const admitted = await signIn(lenient, idToken);
        expect(admitted.status).toBe(200);
        expect(admitted.user).toMatchObject({
          emailVerified: false,
          emailAuthority: "unverified",
        });
      } finally {
        await lenient.stop();
        await strict.stop();
      }
    },
  );
});
