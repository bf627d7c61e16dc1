import { randomUUID } from "node:crypto";
import { newAccount } from "../src/testing/google/accounts";
import { person } from "./support/calls";
import { countsOf, linesOf, useImport } from "./support/use-import";

const account = newAccount();
const { sub } = account;
const [id, other] = [randomUUID(), randomUUID()];
const picture = "https://lh3.googleusercontent.com/a/x=s96-c";
const created = "2023-05-06T07:08:09.123Z";
const late = "2024-01-02T03:04:05.000Z";

const firebaseUser = {
  ...{ localId: "tJ7p0OwRVmMYlOEy4yK9bXu7bSx2", email: "ada@gmail.com" },
  ...{ emailVerified: true, displayName: "Ada", photoUrl: picture },
  ...{ lastSignedInAt: "1704164645000", createdAt: "1683356889123" },
  providerUserInfo: [
    { providerId: "facebook.com", rawId: "7" },
    { providerId: "google.com", rawId: sub, email: "ada@gmail.com" },
  ],
};

const supabaseUser = {
  ...{ id, email: "ada@gmail.com", banned_until: null, deleted_at: null },
  ...{ created_at: "2023-05-06T07:08:09.123+00:00", last_sign_in_at: late },
};
const supabaseIdentity = {
  ...{ id: other, user_id: id, provider: "google", provider_id: sub },
  identity_data: {
    ...{ iss: "https://accounts.google.com", sub, full_name: "Ada", picture },
    ...{ email: "ada@gmail.com", email_verified: true },
  },
};

const betterAuthUser = {
  ...{ id, name: "Ada", email: "ada@gmail.com", emailVerified: true },
  ...{ image: picture, createdAt: created, updatedAt: late },
};
const betterAuthAccount = {
  ...{ id: "a1", userId: id, providerId: "google", accountId: sub },
};
const inSnakeCase = {
  ...{ id, name: "Ada", email: "ada@gmail.com", email_verified: true },
  ...{ image: picture, created_at: "2023-05-06 07:08:09.123" },
  account: [{ user_id: id, provider_id: "google", account_id: sub }],
};

const brocodersUser = {
  ...{ id: 12, email: "ada@gmail.com", provider: "google", socialId: sub },
  ...{ firstName: "Ada", lastName: "Lovelace", createdAt: created },
  ...{ deletedAt: null, statusId: 1 },
};

const csvText = `sub,email,email_verified,name,picture,id,created_at,last_sign_in_at,roles,profile
${sub},ada@gmail.com,t,"Ada",${picture},${id},2023-05-06 07:08:09.123+00,${late},editor admin,"{""company"":""Acme""}"
`;

const named = { email: "ada@gmail.com", emailVerified: true, name: "Ada" };
const whole = { ...named, picture, emailAuthority: "verified" };
const createdAt = new Date(created);
const times = { createdAt, lastSignInAt: new Date(late) };
const once = { createdAt, lastSignInAt: createdAt };

const cases: [string, string, unknown, object][] = [
  ["firebase", "its file", { users: [firebaseUser] }, { ...whole, ...times }],
  ["firebase", "a list", [firebaseUser], { ...whole, ...times }],
  [
    "supabase",
    "both tables, the users last",
    { identities: [supabaseIdentity], users: [supabaseUser] },
    { ...whole, ...times },
  ],
  [
    "supabase",
    "both tables, the users first, over several lines",
    JSON.stringify(
      { users: [supabaseUser], identities: [supabaseIdentity] },
      null,
      2,
    ),
    { ...whole, ...times },
  ],
  [
    "supabase",
    "lines",
    linesOf([{ ...supabaseUser, identities: [supabaseIdentity] }]),
    { ...whole, ...times },
  ],
  [
    "supabase",
    "lines that begin with a list, with a byte order mark",
    `\ufeff${linesOf([{ identities: [supabaseIdentity], ...supabaseUser }])}\n`,
    { ...whole, ...times },
  ],
  [
    "better-auth",
    "both tables",
    { user: [betterAuthUser], account: [betterAuthAccount] },
    { ...whole, ...once },
  ],
  ["better-auth", "snake case", linesOf([inSnakeCase]), { ...whole, ...once }],
  [
    "brocoders",
    "lines",
    linesOf([brocodersUser]),
    {
      ...{ name: "Ada Lovelace", emailVerified: false, picture: null },
      ...{ emailAuthority: "unverified", ...once },
    },
  ],
  [
    "csv",
    "all columns",
    csvText,
    {
      ...{ ...whole, ...times, roles: ["editor", "admin"] },
      profile: { company: "Acme" },
    },
  ],
];

describe("the import of users", () => {
  const site = useImport();

  it.each(cases)(
    "from %s, %s: creates the user, who then signs in; again: changes nothing",
    async (from, _what, content, expected) => {
      const first = await site.import(from, content);
      expect([first.status, first.stderr]).toEqual([0, ""]);
      const one = { created: 1, known: 0, withoutGoogle: 0, refused: 0 };
      expect(countsOf(first)).toEqual(one);
      const [user, ...others] = await site.users();
      expect(others).toEqual([]);
      expect(user).toMatchObject({
        subject: sub,
        status: "active",
        ...expected,
      });

      const again = await site.import(from, content);
      expect(countsOf(again)).toEqual({ ...one, created: 0, known: 1 });
      expect(again.status).toBe(0);
      expect(await site.users()).toEqual([user]);

      const signedIn = await person(site.service, site.google, account);
      expect(signedIn.status).toBe(200);
      expect(signedIn.body).toMatchObject({
        isNewUser: false,
        user: {
          ...{ id: user?.id, name: account.name, roles: user?.roles },
          ...{ createdAt: created, emailAuthority: "authoritative" },
        },
      });
    },
  );

  it("with --dry-run: writes nothing, and reports what would happen", async () => {
    const file = { users: [firebaseUser, { localId: "1" }, { localId: 2 }, 3] };
    const outcome = await site.import("firebase", file, "--dry-run");
    expect(countsOf(outcome)).toEqual({
      ...{ created: 1, known: 0, withoutGoogle: 2, refused: 1 },
    });
    expect(outcome.stdout).toContain("nothing was written");
    expect(outcome.stderr).toBe("✖ user 4: the record is not an object\n");
    expect(outcome.status).toBe(3);
    expect(await site.users()).toEqual([]);
  });

  it("gives new ids that sort by the time of creation, or keeps them with --keep-ids", async () => {
    const rows = [
      `sub,id,created_at`,
      `${newAccount().sub},${id.toUpperCase()},2024-05-06T00:00:00Z`,
      `${sub},${other},2023-05-06T00:00:00Z`,
    ].join("\r\n");
    await site.import("csv", rows);
    const byId = await site.users();
    expect(byId.map(({ id }) => id)).not.toContain(id);
    const ids = [...byId].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(ids.map(({ createdAt }) => createdAt.getFullYear())).toEqual([
      2023, 2024,
    ]);

    // Now their accounts have other ids than the file asks for.
    const refused = await site.import("csv", rows, "--keep-ids");
    expect(countsOf(refused)).toMatchObject({ created: 0, refused: 2 });
    for (const user of byId) {
      expect(refused.stderr).toContain(
        `the Google account belongs to the user ${user.id} already`,
      );
    }
    expect(await site.users()).toEqual(byId);
  });

  it("with --keep-ids: keeps UUIDs, and refuses an id that is no UUID or taken", async () => {
    const users = [
      [sub, id.toUpperCase()],
      [newAccount().sub, "12"],
      [newAccount().sub, "00000000-0000-0000-0000-000000000000"],
      [newAccount().sub, ""],
      [newAccount().sub, id],
    ].map(([subject, kept]) => ({
      ...inSnakeCase,
      id: kept,
      account: [{ provider_id: "google", account_id: subject }],
    }));
    const outcome = await site.import(
      "better-auth",
      linesOf(users),
      "--keep-ids",
    );
    expect(countsOf(outcome)).toMatchObject({ created: 1, refused: 4 });
    expect(
      outcome.stderr.match(/line [234]: the id is not a UUID/g),
    ).toHaveLength(3);
    expect(outcome.stderr).toContain("line 5: line 1 has the same id");
    expect(await site.users()).toMatchObject([{ id, subject: sub }]);

    const taken = linesOf(users.slice(4));
    const second = await site.import("better-auth", taken, "--keep-ids");
    expect(second.stderr).toBe("✖ line 1: another user has this id already\n");
    expect(second.status).toBe(3);
    expect(await site.users()).toHaveLength(1);
  });
});
