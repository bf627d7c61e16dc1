import { newAccount } from "../src/testing/google/accounts";
import { call, type Person, person, refusal } from "./support/calls";
import { signIn } from "./support/requests";
import { query } from "./support/rows";
import { rounds } from "./support/extent";
import { useService } from "./support/use-service";

const times = rounds(8, 50);
const path = "/users/me/identities";

describe("concurrent linking and unlinking", () => {
  const site = useService();

  const linkToken = (who: Person, idToken: string) =>
    call(site.service, "POST", path, who.accessToken, { idToken });
  const idsOf = async (who: Person) => {
    const { body } = await call(site.service, "GET", path, who.accessToken);
    return (body.items as { id: string }[]).map(({ id }) => id);
  };
  const ownerOf = async (subject: string) => {
    const rows = await query<{ id: string | null }>(
      site.service,
      `SELECT u.id FROM google_auth.identities i LEFT JOIN google_auth.users u ON u.id = i.user_id
       WHERE subject = $1`,
      [subject],
    );
    expect(rows).toHaveLength(1);
    return rows[0]?.id;
  };
  /** Expects that every user has an account and every account a user. */
  const expectWhole = async () => {
    const [broken] = await query<{ users: number; identities: number }>(
      site.service,
      `SELECT (SELECT count(*)::int FROM google_auth.users u WHERE NOT EXISTS (
           SELECT FROM google_auth.identities WHERE user_id = u.id)) AS users,
         (SELECT count(*)::int FROM google_auth.identities i WHERE NOT EXISTS (
           SELECT FROM google_auth.users WHERE id = i.user_id)) AS identities`,
    );
    expect(broken).toEqual({ users: 0, identities: 0 });
  };

  it(`an account that is linked during its first sign-in belongs to one user: ${times} rounds`, async () => {
    const seen = { linked: 0, signedUp: 0 };
    for (let round = 0; round < times; round++) {
      const ada = await person(site.service, site.google);
      const account = newAccount();
      const idToken = await site.google.idToken({ account });
      const link = () => linkToken(ada, idToken);
      const enter = () => signIn(site.service, idToken);
      // Turns and head starts of varying length, so that each side wins some
      // rounds.
      const [linking, entering] =
        round % 2 === 0 ? [link(), null] : [null, enter()];
      for (let i = 0; i < round % 5; i++) await idsOf(ada);
      const [linked, signedIn] = await Promise.all([
        linking ?? link(),
        entering ?? enter(),
      ]);
      const owner = await ownerOf(account.sub);
      expect([signedIn.status, signedIn.user.id]).toEqual([200, owner]);
      if (linked.status === 200) {
        seen.linked++;
        expect([owner, signedIn.body.isNewUser]).toEqual([ada.id, false]);
      } else {
        seen.signedUp++;
        expect(refusal(linked)).toEqual([409, "identity_in_use"]);
        expect([owner === ada.id, signedIn.body.isNewUser]).toEqual([
          false,
          true,
        ]);
      }
    }
    await expectWhole();
    expect(seen.linked).toBeGreaterThan(0);
    expect(seen.signedUp).toBeGreaterThan(0);
  });

  it(`an account that two users link at once belongs to one of them: ${times} rounds`, async () => {
    const [ada, bob] = [
      await person(site.service, site.google),
      await person(site.service, site.google),
    ];
    for (let round = 0; round < times; round++) {
      const account = newAccount();
      const idToken = await site.google.idToken({ account });
      const answers = await Promise.all(
        [ada, bob, ada, bob].map((who) => linkToken(who, idToken)),
      );
      const owner = await ownerOf(account.sub);
      answers.forEach((answer, index) => {
        const who = index % 2 === 0 ? ada : bob;
        if (who.id === owner) expect(answer.status).toBe(200);
        else expect(refusal(answer)).toEqual([409, "identity_in_use"]);
      });
      const winner = owner === ada.id ? ada : bob;
      const { id } = answers.find(({ status }) => status === 200)?.body ?? {};
      await call(
        site.service,
        "DELETE",
        `${path}/${String(id)}`,
        winner.accessToken,
      );
    }
    await expectWhole();
  });

  it(`of two accounts that are unlinked at once, one remains: ${times} rounds`, async () => {
    for (let round = 0; round < times; round++) {
      const ada = await person(site.service, site.google);
      await linkToken(
        ada,
        await site.google.idToken({ account: newAccount() }),
      );
      const ids = await idsOf(ada);
      expect(ids).toHaveLength(2);
      const answers = await Promise.all(
        ids.map((id) =>
          call(site.service, "DELETE", `${path}/${id}`, ada.accessToken),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
      const refused = answers.find(({ status }) => status === 409);
      expect(refused?.body.code).toBe("last_identity");
      expect(await idsOf(ada)).toHaveLength(1);
    }
    await expectWhole();
  });

  it(`a user who links, unlinks, signs in and is deleted at once is complete or gone: ${times} rounds`, async () => {
    for (let round = 0; round < times; round++) {
      const other = newAccount();
      const ada = await person(site.service, site.google);
      const idToken = await site.google.idToken({ account: other });
      const [first = ""] = await idsOf(ada);
      const answers = await Promise.all([
        linkToken(ada, idToken),
        call(site.service, "DELETE", `${path}/${first}`, ada.accessToken),
        signIn(
          site.service,
          await site.google.idToken({ account: ada.account }),
        ),
        signIn(site.service, idToken),
        ...(round % 2 === 0
          ? [call(site.service, "DELETE", "/users/me", ada.accessToken)]
          : []),
      ]);
      for (const answer of answers) {
        expect([200, 204, 401, 404, 409]).toContain(answer.status);
      }
      await expectWhole();
    }
  });
});
