import { randomUUID } from "node:crypto";
import { rolledBack } from "./contract-runs";
import { describe, expect, it } from "./test-globals";
import { type DirectoryBench, newIdentity } from "./user-directory.setup";

const partner = "https://partner.example";

/** The contract of `UserDirectory.link`, `unlink` and `identitiesOf`. */
export function userIdentitiesContract(
  given: () => DirectoryBench,
  { transactional = false }: { readonly transactional?: boolean },
): void {
  const namesOf = async (id: string) =>
    (await given().users.identitiesOf(id))
      .map(({ issuer, subject }) => `${issuer} ${subject}`)
      .sort();
  const nameOf = ({ issuer, subject }: ReturnType<typeof newIdentity>) =>
    `${issuer} ${subject}`;

  describe("link", () => {
    it("lets the identity sign in the user, without changing the user", async () => {
      const { identity: first, user } = await given().newUser();
      given().clock.advance(60);
      const other = newIdentity({ issuer: partner, name: "A. L." });
      const outcome = await given().link(user, other);
      const { subject, email } = other;
      expect(outcome).toMatchObject({
        kind: "linked",
        identity: {
          ...{ issuer: partner, subject, claims: { email, name: "A. L." } },
          ...{ createdAt: given().now(), lastSignInAt: given().now() },
        },
      });
      expect(await given().users.findById(user.id)).toEqual(user);
      expect(await namesOf(user.id)).toEqual(
        [nameOf(first), nameOf(other)].sort(),
      );
      const closed = { signUp: "closed" } as const;
      for (const identity of [first, other]) {
        expect(await given().signIn(identity, closed)).toMatchObject({
          ...{ kind: "found", user: { id: user.id } },
        });
        expect(await given().ownerOf(identity)).toBe(user.id);
      }
    });

    it("returns known for the user's own identity, without changing it", async () => {
      const { identity, user } = await given().newUser();
      const [before] = await given().users.identitiesOf(user.id);
      given().clock.advance(60);
      const again = { ...identity, name: "Somebody" };
      expect(await given().link(user, again)).toEqual({
        ...{ kind: "known", identity: before },
      });
      expect(await given().users.identitiesOf(user.id)).toEqual([before]);
    });

    it("refuses an identity of another user", async () => {
      const [ada, bob] = [await given().newUser(), await given().newUser()];
      expect(await given().link(ada.user, bob.identity)).toEqual({
        kind: "taken",
      });
      expect(await namesOf(ada.user.id)).toEqual([nameOf(ada.identity)]);
      expect(await given().ownerOf(bob.identity)).toBe(bob.user.id);
    });

    it("distinguishes issuers with the same subject", async () => {
      const { identity, user } = await given().newUser();
      const twin = { ...identity, issuer: partner };
      expect((await given().link(user, twin)).kind).toBe("linked");
      expect(await given().unlink(user, twin)).toBe(true);
      expect(await namesOf(user.id)).toEqual([nameOf(identity)]);
    });

    if (!transactional) return;
    it("has no effect if its transaction is rolled back", async () => {
      const { user } = await given().newUser();
      const other = newIdentity();
      await rolledBack(given().underTest.transaction, async (own) => {
        const locked = await given().users.lock(user.id, own);
        return locked && given().users.link(locked, other, own);
      });
      expect(await given().ownerOf(other)).toBeNull();
      expect((await given().signIn(other)).kind).toBe("created");
    });
  });

  describe("unlink", () => {
    it("removes it from the user, and returns whether it was linked", async () => {
      const [ada, bob] = [await given().newUser(), await given().newUser()];
      const other = newIdentity();
      await given().link(ada.user, other);
      expect(await given().unlink(ada.user, bob.identity)).toBe(false);
      expect(await given().unlink(ada.user, other)).toBe(true);
      expect(await given().unlink(ada.user, other)).toBe(false);
      expect(await namesOf(ada.user.id)).toEqual([nameOf(ada.identity)]);
      expect(await namesOf(bob.user.id)).toEqual([nameOf(bob.identity)]);
    });

    it("also removes the last one; the next sign-in with it creates a new user", async () => {
      const { identity, user } = await given().newUser();
      expect(await given().unlink(user, identity)).toBe(true);
      expect(await given().ownerOf(identity)).toBeNull();
      expect((await given().users.findById(user.id))?.id).toBe(user.id);
      const outcome = await given().signIn(identity);
      expect(outcome.kind).toBe("created");
      expect("user" in outcome && outcome.user.id !== user.id).toBe(true);
    });

    it("allows another user to link it", async () => {
      const [ada, bob] = [await given().newUser(), await given().newUser()];
      await given().unlink(ada.user, ada.identity);
      expect((await given().link(bob.user, ada.identity)).kind).toBe("linked");
      expect(await given().ownerOf(ada.identity)).toBe(bob.user.id);
    });
  });

  describe("identitiesOf", () => {
    it("is empty for a user without identities or an unknown user", async () => {
      const { identity, user } = await given().newUser();
      await given().unlink(user, identity);
      expect(await given().users.identitiesOf(user.id)).toEqual([]);
      expect(await given().users.identitiesOf(randomUUID())).toEqual([]);
    });

    it("includes the changes of its transaction", async () => {
      const { identity, user } = await given().newUser();
      const other = newIdentity();
      await given().locked(user.id, async (locked, transaction) => {
        const count = async () =>
          (await given().users.identitiesOf(user.id, transaction)).length;
        await given().users.link(locked, other, transaction);
        expect(await count()).toBe(2);
        await given().users.unlink(locked, identity, transaction);
        expect(await count()).toBe(1);
      });
      expect(await namesOf(user.id)).toEqual([nameOf(other)]);
    });
  });
}
