import { newAccount } from "../../src/testing/google/accounts";
import { type Answer, postJson, signIn } from "../support/requests";
import { query } from "../support/rows";
import { expectAdmitted } from "./admitted-case";
import { accountRows } from "./invariants";
import { Target } from "./target";

describe("the user of a hostile sign-in", () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.start();
  });

  afterAll(() => target.stop());

  /** A user's rows in all tables, as text. */
  async function rowsOf(userId: string): Promise<unknown> {
    return query(
      target.service,
      `SELECT users::text, (SELECT json_agg(i) FROM google_auth.identities i WHERE user_id = users.id),
        (SELECT json_agg(s) FROM google_auth.sessions s WHERE user_id = users.id)
      FROM google_auth.users WHERE id = $1`,
      [userId],
    );
  }

  async function enter(
    account: ReturnType<typeof newAccount>,
  ): Promise<Awaited<ReturnType<typeof signIn>>> {
    return signIn(target.service, await target.google.idToken({ account }));
  }

  const refusal = ({ status, body }: Answer) => [status, body.code];

  it.each([
    ["the same e-mail", {}],
    ["the same e-mail in capitals", { email: "ADA@CORP.COM" }],
    ["the same e-mail and no domain", { hd: undefined }],
    ["the same names and picture", { email: "eve@corp.com" }],
  ])(
    "G-090 another account with %s as the known user is another user",
    async (_what, changes) => {
      const { known, knownUserId } = target;
      const before = await rowsOf(knownUserId);
      const { sub } = newAccount();
      const { status, body, user } = await enter({ ...known, ...changes, sub });
      expect([status, body.isNewUser]).toEqual([200, true]);
      expect(user.id).not.toBe(knownUserId);
      expect(await rowsOf(knownUserId)).toEqual(before);
    },
  );

  it.each<[string, (sub: string) => string]>([
    ["a leading zero", (sub) => `0${sub}`],
    ["its last digit", (sub) => sub.slice(0, -1)],
    ["its sign", (sub) => `-${sub}`],
    ["its notation", (sub) => `${sub}.0`],
  ])(
    "G-064 an account with the known user's sub but for %s is another user",
    async (_what, spoil) => {
      const { known, knownUserId } = target;
      const before = await rowsOf(knownUserId);
      const { status, user } = await enter({ ...known, sub: spoil(known.sub) });
      expect(status).toBe(200);
      expect(user.id).not.toBe(knownUserId);
      expect(await rowsOf(knownUserId)).toEqual(before);
    },
  );

  it("G-092 a local user with the same e-mail is neither linked nor taken over", async () => {
    const { service } = target;
    const account = newAccount({ email: "victim@gmail.com" });
    const localId = "019aa0b5-1c00-7000-8000-000000000001";
    await query(
      service,
      `INSERT INTO google_auth.users (id, email, email_verified, email_authority, created_at, updated_at, last_sign_in_at)
      VALUES ($1, 'victim@gmail.com', false, 'unverified', now(), now(), now())`,
      [localId],
    );
    const before = await rowsOf(localId);
    const user = await expectAdmitted(target, {
      id: "G-092",
      name: "the victim",
      account,
    });
    expect(user.id).not.toBe(localId);
    expect(await rowsOf(localId)).toEqual(before);
  });

  it.each([
    ["another e-mail", { email: "ada.new@gmail.com" }],
    ["the e-mail in capitals", { email: "ADA@GMAIL.COM" }],
    ["dots in the e-mail", { email: "a.d.a@gmail.com" }],
    ["a tag in the e-mail", { email: "ada+tag@gmail.com" }],
    ["a full-width e-mail", { email: "ａda@gmail.com" }],
    ["another domain", { hd: "corp.com" }],
    ["another name", { name: "Eve" }],
  ])(
    "G-095 a known account with %s is the same user",
    async (_what, change) => {
      const account = newAccount({ email: "ada@gmail.com" });
      const first = await enter(account);
      const second = await enter({ ...account, ...change });
      expect([second.status, second.body.isNewUser]).toEqual([200, false]);
      expect(second.user).toMatchObject({
        id: first.user.id,
        email: account.email,
        createdAt: first.user.createdAt,
        ...("hd" in change ? {} : change),
      });
    },
  );

  it("G-095 a known account whose new e-mail is not verified keeps the old one and is refused", async () => {
    const account = newAccount();
    const { user } = await enter(account);
    const before = await rowsOf(user.id);
    const answer = await enter({
      ...account,
      email: "boss@corp.com",
      emailVerified: false,
    });
    expect(refusal(answer)).toEqual([403, "email_not_verified"]);
    expect(await rowsOf(user.id)).toEqual(before);
  });

  it("G-030 both spellings of Google's issuer are one user, stored with one spelling", async () => {
    const { google, service } = target;
    const account = newAccount();
    const ids = [];
    for (const iss of ["accounts.google.com", "https://accounts.google.com"]) {
      const idToken = await google.idToken({ account, claims: { iss } });
      ids.push((await signIn(service, idToken)).user.id);
    }
    expect(new Set(ids).size).toBe(1);
    expect(
      await query(
        service,
        "SELECT issuer FROM google_auth.identities WHERE user_id = $1",
        [ids[0]],
      ),
    ).toEqual([{ issuer: "https://accounts.google.com" }]);
  });

  it("G-064 subs that differ in case are different users", async () => {
    const { sub } = newAccount({ sub: `Abc${newAccount().sub}` });
    const subs = [sub, sub.toLowerCase(), sub.toUpperCase()];
    const ids = [];
    for (const each of subs) {
      ids.push((await enter(newAccount({ sub: each }))).user.id);
    }
    expect(new Set(ids).size).toBe(3);
  });

  it("G-096 fifty concurrent first sign-ins are all 200, with one user and one isNewUser", async () => {
    const { google, service } = target;
    const account = newAccount();
    const idTokens = await Promise.all(
      Array.from({ length: 50 }, () => google.idToken({ account })),
    );
    const answers = await Promise.all(
      idTokens.map((idToken) => signIn(service, idToken)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([200]),
    );
    expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.isNewUser)).toHaveLength(1);
    expect(
      await query(
        service,
        `SELECT (SELECT count(*)::int FROM google_auth.users WHERE email = $1) AS users,
          (SELECT count(*)::int FROM google_auth.identities WHERE subject = $2) AS identities`,
        [account.email, account.sub],
      ),
    ).toEqual([{ users: 1, identities: 1 }]);
  });

  it("G-097 a disabled user is refused on every route and stays unchanged", async () => {
    const { service } = target;
    const account = newAccount();
    const { user } = await enter(account);
    await query(
      service,
      "UPDATE google_auth.users SET status = 'disabled' WHERE id = $1",
      [user.id],
    );
    const before = await accountRows(service);
    for (const change of [{}, { email: "new@gmail.com" }, { hd: "corp.com" }]) {
      const answer = await enter({ ...account, ...change });
      expect(refusal(answer)).toEqual([403, "account_disabled"]);
    }
    const atOnce = await Promise.all(
      Array.from({ length: 10 }, () => enter(account)),
    );
    for (const answer of atOnce) {
      expect(refusal(answer)).toEqual([403, "account_disabled"]);
    }
    expect(await accountRows(service)).toEqual(before);
  });

  it("G-097 a deleted user who signs in again is a new user without the old data", async () => {
    const { service } = target;
    const account = newAccount();
    const { user } = await enter(account);
    await query(
      service,
      "UPDATE google_auth.users SET roles = '{admin}', profile = '{\"a\":1}' WHERE id = $1",
      [user.id],
    );
    await query(service, "DELETE FROM google_auth.users WHERE id = $1", [
      user.id,
    ]);
    const back = await enter(account);
    expect(back.body.isNewUser).toBe(true);
    expect(back.user).toMatchObject({ roles: [], profile: {} });
    expect(back.user.id).not.toBe(user.id);
  });

  it("G-098 one token sent a hundred times is one user with a hundred sessions", async () => {
    const { google, service } = target;
    const account = newAccount();
    const idToken = await google.idToken({ account });
    const answers = [];
    for (let round = 0; round < 10; round++) {
      answers.push(
        ...(await Promise.all(
          Array.from({ length: 10 }, () => signIn(service, idToken)),
        )),
      );
    }
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([200]),
    );
    expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.isNewUser)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.sessionId)).size).toBe(100);
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(
      100,
    );
  });

  it("W-008 a session id chosen by the client is not used", async () => {
    const { google, service } = target;
    const planted = "019aa0b5-1c00-7000-8000-00000000dead";
    const answer = await postJson(
      service,
      `/auth/google?sid=${planted}&sessionId=${planted}`,
      {
        idToken: await google.idToken(),
        ...{ sessionId: planted, sid: planted, id: planted, salt: planted },
      },
    );
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.body)).not.toContain(planted);
    expect(
      await query(service, "SELECT FROM google_auth.sessions WHERE id = $1", [
        planted,
      ]),
    ).toEqual([]);
  });
});
