import { GoogleEmulator } from "../src/testing/google/emulator";
import { type GoogleAccount, newAccount } from "../src/testing/google/accounts";
import { TestService } from "../src/testing/test-service";
import { signIn } from "./support/requests";
import { query, rowCounts } from "./support/rows";
import { rounds } from "./support/extent";

const times = rounds(3, 20);
const atOnce = 24;

/** Signs in many times at once, each with its own token. */
async function signInAtOnce(
  service: TestService,
  google: GoogleEmulator,
  account: GoogleAccount,
) {
  const idTokens = await Promise.all(
    Array.from({ length: atOnce }, () => google.idToken({ account })),
  );
  return Promise.all(idTokens.map((idToken) => signIn(service, idToken)));
}

describe("many sign-ins of one account at once", () => {
  let google: GoogleEmulator;
  let service: TestService;

  beforeEach(async () => {
    google = await GoogleEmulator.start();
    service = await TestService.start(google, {
      env: { REQUIRE_VERIFIED_EMAIL: "false" },
    });
  });

  afterEach(async () => {
    await service.stop();
    await google.stop();
  });

  it.each([
    ["with an e-mail", () => newAccount()],
    [
      "without an e-mail",
      () => newAccount({ email: undefined, emailVerified: undefined }),
    ],
  ])(
    `first sign-ins %s: ${times} rounds of ${atOnce} are all 200, one user and one isNewUser per round`,
    async (_kind, account) => {
      for (let round = 0; round < times; round++) {
        const answers = await signInAtOnce(service, google, account());
        expect(answers.map(({ status }) => status)).toEqual(
          Array.from({ length: atOnce }, () => 200),
        );
        expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1);
        expect(
          answers.filter(({ body }) => body.isNewUser === true),
        ).toHaveLength(1);
      }
      expect(await rowCounts(service)).toEqual({
        users: times,
        identities: times,
        sessions: times * atOnce,
      });
    },
  );

  it(`sign-ins of a known user: ${times} rounds of ${atOnce} are all 200 and isNewUser is false`, async () => {
    const account = newAccount();
    const first = await signIn(service, await google.idToken({ account }));
    for (let round = 0; round < times; round++) {
      const answers = await signInAtOnce(service, google, account);
      for (const { status, user, body } of answers) {
        expect({ status, id: user.id, isNewUser: body.isNewUser }).toEqual({
          status: 200,
          id: first.user.id,
          isNewUser: false,
        });
      }
    }
    expect(await rowCounts(service)).toEqual({
      users: 1,
      identities: 1,
      sessions: 1 + times * atOnce,
    });
  });

  it("a user who is deleted during a sign-in is complete or gone", async () => {
    const account = newAccount();
    for (let round = 0; round < times; round++) {
      const signingIn = signInAtOnce(service, google, account);
      await query(service, "DELETE FROM google_auth.users");
      const answers = await signingIn;
      for (const { status } of answers) expect([200, 503]).toContain(status);
      const [orphans] = await query<{ count: number }>(
        service,
        `SELECT count(*)::int FROM google_auth.identities i
          LEFT JOIN google_auth.users u ON u.id = i.user_id WHERE u.id IS NULL`,
      );
      expect(orphans?.count).toBe(0);
    }
  });
});
