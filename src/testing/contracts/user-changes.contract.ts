import { randomUUID } from "node:crypto";
import { rolledBack } from "./contract-runs";
import { describe, expect, it } from "./test-globals";
import type { DirectoryBench } from "./user-directory.setup";

/** The contract of `UserDirectory.lock`, `change` and `delete`. */
export function userChangesContract(
  given: () => DirectoryBench,
  { transactional = false }: { readonly transactional?: boolean },
): void {
  describe("lock", () => {
    it("returns the current user regardless of status, or null if not found", async () => {
      const { user } = await given().newUser();
      await given().locked(user.id, async (locked) => {
        await Promise.resolve();
        expect(locked).toEqual(user);
      });
      const disabled = await given().change(user, { status: "disabled" });
      const again = await given().locked(user.id, (it) => Promise.resolve(it));
      expect(again).toEqual(disabled);
      const nobody = await given().underTest.transaction((transaction) =>
        given().users.lock(randomUUID(), transaction),
      );
      expect(nobody).toBeNull();
    });

    it("can be repeated in the same transaction", async () => {
      const { user } = await given().newUser();
      const roles = await given().locked(user.id, async (it, transaction) => {
        await given().users.change(it, { roles: ["editor"] }, transaction);
        return (await given().users.lock(user.id, transaction))?.roles;
      });
      expect(roles).toEqual(["editor"]);
    });

    it("is released if the transaction is rolled back", async () => {
      const { identity, user } = await given().newUser();
      await rolledBack(given().underTest.transaction, (transaction) =>
        given().users.lock(user.id, transaction),
      );
      expect((await given().signIn(identity)).kind).toBe("found");
      await given().change(user, { roles: ["editor"] });
    });
  });

  describe("change", () => {
    it("changes only the given fields", async () => {
      const { user } = await given().newUser();
      const roles = ["editor", "admin"];
      const profile = { a: [1, { b: null }], c: "é" };
      await given().change(user, { roles, profile });
      const changed = await given().change(user, { status: "disabled" });
      const { updatedAt } = changed;
      expect(changed).toEqual({
        ...{ ...user, roles, profile, updatedAt, status: "disabled" },
      });
      expect(await given().users.findById(user.id)).toEqual(changed);
    });

    it("replaces the profile, and can remove roles", async () => {
      const { user } = await given().newUser();
      await given().change(user, { roles: ["a"], profile: { a: 1, b: 2 } });
      const changed = await given().change(user, { profile: { b: 3 } });
      expect(changed).toMatchObject({ roles: ["a"] });
      expect(changed.profile).toEqual({ b: 3 });
      const cleared = await given().change(user, { roles: [], profile: {} });
      expect([cleared.roles, cleared.profile]).toEqual([[], {}]);
      expect(await given().users.findById(user.id)).toEqual(cleared);
    });

    it("does not change other users", async () => {
      const [ada, bob] = [await given().newUser(), await given().newUser()];
      await given().change(ada.user, { status: "disabled", roles: ["a"] });
      expect(await given().users.findById(bob.user.id)).toEqual(bob.user);
    });

    if (!transactional) return;
    it("has no effect if its transaction is rolled back", async () => {
      const { user } = await given().newUser();
      await rolledBack(given().underTest.transaction, async (own) => {
        const locked = await given().users.lock(user.id, own);
        const changes = { roles: ["admin"], profile: { a: 1 } };
        return locked && given().users.change(locked, changes, own);
      });
      expect(await given().users.findById(user.id)).toEqual(user);
    });
  });

  describe("delete", () => {
    it("deletes only the user and its identities", async () => {
      const [ada, bob] = [await given().newUser(), await given().newUser()];
      await given().delete(ada.user);
      expect(await given().users.findById(ada.user.id)).toBeNull();
      expect(await given().users.identitiesOf(ada.user.id)).toEqual([]);
      expect(await given().ownerOf(ada.identity)).toBeNull();
      expect(await given().users.findById(bob.user.id)).toEqual(bob.user);
      expect(await given().ownerOf(bob.identity)).toBe(bob.user.id);
    });

    it("makes the next sign-in create a new user", async () => {
      const mine = { roles: ["admin"], profile: { a: 1 } };
      const { identity, user } = await given().newUser(undefined, mine);
      await given().delete(user);
      const outcome = await given().signIn(identity);
      expect(outcome).toMatchObject({ user: { roles: [], profile: {} } });
      expect(outcome.kind).toBe("created");
      expect("user" in outcome && outcome.user.id !== user.id).toBe(true);
    });

    it("can be repeated", async () => {
      const { user } = await given().newUser();
      await given().locked(user.id, async (locked, transaction) => {
        await given().users.delete(locked, transaction);
        await given().users.delete(locked, transaction);
        expect(await given().users.lock(user.id, transaction)).toBeNull();
      });
      expect(await given().users.findById(user.id)).toBeNull();
    });
  });
}
