import { race, racers } from "./contract-runs";
import { describe, expect, it } from "./test-globals";
import {
  type DirectoryBench,
  kindsOf,
  newIdentity,
} from "./user-directory.setup";

/**
 * The contract of `UserDirectory` for concurrent calls, on two instances if
 * available.
 */
export function userRacesContract(given: () => DirectoryBench): void {
  describe("concurrent calls", () => {
    it("of first sign-ins create one user, and all find it", async () => {
      for (let round = 0; round < 3; round++) {
        const identity = newIdentity();
        const outcomes = await race((index) =>
          given().signIn(identity, {}, given().usersOf(index)),
        );
        expect(kindsOf(outcomes)).toEqual({ created: 1, found: racers - 1 });
        const ids = outcomes.map((it) => ("user" in it ? it.user.id : it.kind));
        expect(new Set(ids).size).toBe(1);
        const { email } = identity;
        const list = { email: email ?? "" };
        expect(await given().users.list(list, { limit: 5 })).toHaveLength(1);
      }
    });

    it("of first sign-ins create one user, with and without transactions", async () => {
      const identity = newIdentity();
      const outcomes = await race((index) => {
        const users = given().usersOf(index);
        if (index % 3 !== 0) return given().signIn(identity, {}, users);
        const options = { signUp: "open" } as const;
        return given().underTest.transaction((transaction) =>
          users.findOrCreate(identity, options, transaction),
        );
      });
      expect(kindsOf(outcomes)).toEqual({ created: 1, found: racers - 1 });
    });

    it("of first sign-ins create no user if sign-up is closed", async () => {
      const identity = newIdentity();
      const outcomes = await race((index) =>
        given().signIn(identity, { signUp: "closed" }, given().usersOf(index)),
      );
      expect(kindsOf(outcomes)).toEqual({ unknown: racers });
    });

    it("of lock each see the changes of the previous ones", async () => {
      const [{ user }, alone] = [
        await given().newUser(),
        await given().newUser(),
      ];
      // Without identities, a directory that locks them instead of the user
      // fails.
      await given().unlink(alone.user, alone.identity);
      for (const { id } of [user, alone.user]) {
        await race((index) => {
          const users = given().usersOf(index);
          return given().locked(
            id,
            (locked, transaction) => {
              const profile = { ...locked.profile, [`f${index}`]: index };
              return users.change(locked, { profile }, transaction);
            },
            users,
          );
        }, 20);
        const found = await given().users.findById(id);
        expect(Object.keys(found?.profile ?? {})).toHaveLength(20);
      }
    });

    it("of link give the identity to one user", async () => {
      const users = await race(() => given().newUser(), 20);
      const identity = newIdentity();
      const outcomes = await race(async (index) => {
        const { user } = users[index] ?? {};
        return given().link(
          user ?? { id: "" },
          identity,
          given().usersOf(index),
        );
      }, 20);
      expect(kindsOf(outcomes)).toEqual({ linked: 1, taken: 19 });
      const winner = outcomes.findIndex(({ kind }) => kind === "linked");
      expect(await given().ownerOf(identity)).toBe(users[winner]?.user.id);
    });

    it("of link and a first sign-in give the identity to one user", async () => {
      for (let round = 0; round < 10; round++) {
        const { user } = await given().newUser();
        const identity = newIdentity();
        const [link, signIn] = await Promise.all([
          given().link(user, identity, given().usersOf(round)),
          given().signIn(identity, {}, given().usersOf(round + 1)),
        ]);
        expect(["linked found", "taken created"]).toContain(
          `${link.kind} ${signIn.kind}`,
        );
        const owner = "user" in signIn ? signIn.user.id : null;
        expect(await given().ownerOf(identity)).toBe(owner);
        expect(owner === user.id).toBe(link.kind === "linked");
      }
    });

    it("of sign-in and delete return the old user before, and a new one after", async () => {
      for (let round = 0; round < 3; round++) {
        const { identity, user } = await given().newUser();
        const [, ...outcomes] = await Promise.all([
          given().delete(user),
          ...Array.from({ length: 20 }, (_, index) =>
            given().signIn(identity, {}, given().usersOf(index)),
          ),
        ]);
        const ids = outcomes.map((it) => ("user" in it ? it.user.id : it.kind));
        const later = new Set(ids.filter((id) => id !== user.id));
        const { created = 0 } = kindsOf(outcomes);
        expect(created).toBe(later.size);
        expect(later.size).toBeLessThanOrEqual(1);
        const [newId = null] = later;
        expect(await given().ownerOf(identity)).toBe(newId);
        expect(await given().users.findById(user.id)).toBeNull();
      }
    });
  });

  describe("while a transaction has locked a user", () => {
    it("a sign-in waits for it, and sees its changes", async () => {
      const { identity, user } = await given().newUser();
      const waiting: Promise<unknown>[] = [];
      await given().locked(user.id, async (locked, transaction) => {
        waiting.push(given().signIn(identity, {}, given().usersOf(1)));
        await given().letOthersRun();
        const changes = { status: "disabled" } as const;
        await given().users.change(locked, changes, transaction);
      });
      expect(await Promise.all(waiting)).toEqual([
        { kind: "disabled", userId: user.id },
      ]);
    });

    it("a sign-in also waits for a transaction that called ownerOf", async () => {
      const { identity, user } = await given().newUser();
      const waiting: Promise<unknown>[] = [];
      await given().underTest.transaction(async (transaction) => {
        await given().users.ownerOf(identity, transaction);
        waiting.push(given().signIn(identity, {}, given().usersOf(1)));
        await given().letOthersRun();
        const locked = await given().users.lock(user.id, transaction);
        if (!locked) throw new Error("gone");
        const changes = { status: "disabled" } as const;
        await given().users.change(locked, changes, transaction);
      });
      expect(await Promise.all(waiting)).toEqual([
        { kind: "disabled", userId: user.id },
      ]);
    });
  });
}
