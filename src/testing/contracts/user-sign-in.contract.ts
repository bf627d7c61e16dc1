import { rolledBack } from "./contract-runs";
import { describe, expect, it } from "./test-globals";
import { type DirectoryBench, newIdentity } from "./user-directory.setup";

/** The contract of `UserDirectory.findOrCreate` and `ownerOf`. */
export function userSignInContract(
  given: () => DirectoryBench,
  { transactional = false }: { readonly transactional?: boolean },
): void {
  describe("findOrCreate, for an unknown identity", () => {
    it("creates a user with the claims and options", async () => {
      const { identity, user } = await given().newUser(newIdentity(), {
        ...{ roles: ["editor"], profile: { team: ["a", 1] } },
      });
      const { id, ...rest } = user;
      const { email, hostedDomain, name } = identity;
      const { givenName, familyName, picture, locale } = identity;
      expect(id.length).toBe(36);
      expect(rest).toEqual({
        ...{ status: "active", email, hostedDomain, name, picture, locale },
        ...{ emailVerified: true, emailAuthority: "verified" },
        ...{ givenName, familyName },
        ...{ roles: ["editor"], profile: { team: ["a", 1] } },
        ...{ createdAt: given().now(), updatedAt: given().now() },
        lastSignInAt: given().now(),
      });
      expect(await given().users.findById(id)).toEqual(user);
    });

    it("creates it without roles and with an empty profile by default", async () => {
      const { user } = await given().newUser();
      expect(user).toMatchObject({ roles: [], profile: {} });
    });

    it("creates a user from minimal claims", async () => {
      const nothing = {
        ...{ email: null, hostedDomain: null, name: null, givenName: null },
        ...{ familyName: null, picture: null, locale: null },
      };
      const { user } = await given().newUser(newIdentity(nothing));
      expect(user).toMatchObject(nothing);
    });

    it("returns unknown and creates no user if sign-up is closed", async () => {
      const identity = newIdentity();
      const closed = { signUp: "closed" } as const;
      expect(await given().signIn(identity, closed)).toEqual({
        kind: "unknown",
      });
      expect(await given().ownerOf(identity)).toBeNull();
      expect((await given().signIn(identity)).kind).toBe("created");
    });
  });

  describe("findOrCreate, for a known identity", () => {
    it("finds the user, and updates the claims", async () => {
      const { identity, user } = await given().newUser();
      given().clock.advance(60);
      const changes = { email: "ada@new.example", name: "Ada King" };
      const found = await given().signIn({ ...identity, ...changes });
      expect(found).toMatchObject({
        ...{ kind: "found", isNewUser: false },
        user: {
          ...{ id: user.id, ...changes, createdAt: user.createdAt },
          lastSignInAt: given().now(),
        },
      });
      expect(found).toMatchObject({
        user: await given().users.findById(user.id),
      });
      const [stored] = await given().users.identitiesOf(user.id);
      expect(stored).toMatchObject({
        ...{ claims: changes, lastSignInAt: given().now() },
        createdAt: user.createdAt,
      });
    });

    it("does not change the user's roles and profile", async () => {
      const mine = { roles: ["editor"], profile: { a: 1 } };
      const { identity, user } = await given().newUser(newIdentity(), mine);
      const others = { roles: ["admin"], profile: { b: 2 } };
      expect(await given().signIn(identity, others)).toMatchObject({
        user: { id: user.id, ...mine },
      });
    });

    it("finds the user even if sign-up is closed", async () => {
      const { identity, user } = await given().newUser();
      const closed = { signUp: "closed" } as const;
      expect(await given().signIn(identity, closed)).toMatchObject({
        ...{ kind: "found", user: { id: user.id } },
      });
    });

    it("returns disabled for a disabled user, and changes nothing", async () => {
      const { identity, user } = await given().newUser();
      const disabled = await given().change(user, { status: "disabled" });
      const identities = await given().users.identitiesOf(user.id);
      given().clock.advance(60);
      const other = { ...identity, name: "Somebody" };
      for (const signUp of ["open", "closed"] as const) {
        expect(await given().signIn(other, { signUp })).toEqual({
          ...{ kind: "disabled", userId: user.id },
        });
      }
      expect(await given().users.findById(user.id)).toEqual(disabled);
      expect(await given().users.identitiesOf(user.id)).toEqual(identities);
    });
  });

  describe("findOrCreate, distinguishing identities", () => {
    it("uses issuer and subject, never the address", async () => {
      const { identity, user } = await given().newUser();
      const { subject } = identity;
      const strangers = [
        { ...identity, issuer: "https://appleid.apple.com" },
        // Equal if parsed as numbers, which are not precise enough.
        { ...identity, subject: `${subject}1` },
        { ...identity, subject: `${subject}2` },
        { ...identity, subject: `0${subject}` },
        newIdentity({ email: identity.email }),
      ];
      const ids = new Set([user.id]);
      for (const stranger of strangers) {
        const { user: other } = await given().newUser(stranger);
        ids.add(other.id);
      }
      expect(ids.size).toBe(strangers.length + 1);
      const moved = { ...identity, email: "other@new.example" };
      expect(await given().signIn(moved)).toMatchObject({
        user: { id: user.id },
      });
    });

    it("compares subjects exactly, regardless of their characters", async () => {
      const { subject } = newIdentity();
      const subjects = ["a", "A", "a'", 'a"', "a|", "|a", "__proto__", "%"];
      const ids = new Set<string>();
      for (const end of subjects) {
        const identity = newIdentity({ subject: `${subject}${end}` });
        const { user } = await given().newUser(identity);
        ids.add(user.id);
        expect(await given().ownerOf(identity)).toBe(user.id);
      }
      expect(ids.size).toBe(subjects.length);
    });
  });

  describe("findOrCreate, in a transaction", () => {
    it("is visible in the transaction, and to others after the commit", async () => {
      const identity = newIdentity();
      const { transaction } = given().underTest;
      const id = await transaction(async (own) => {
        const options = { signUp: "open" } as const;
        const outcome = await given().users.findOrCreate(
          ...[identity, options, own],
        );
        if (!("user" in outcome)) throw new Error(outcome.kind);
        const { user } = outcome;
        expect(await given().users.ownerOf(identity, own)).toBe(user.id);
        expect(await given().users.identitiesOf(user.id, own)).toHaveLength(1);
        expect(await given().users.lock(user.id, own)).toEqual(user);
        return user.id;
      });
      expect(await given().ownerOf(identity)).toBe(id);
    });

    if (!transactional) return;
    it("has no effect if it is rolled back", async () => {
      const identity = newIdentity();
      const options = { signUp: "open" } as const;
      const outcome = await rolledBack(given().underTest.transaction, (own) =>
        given().users.findOrCreate(identity, options, own),
      );
      if (!("user" in outcome)) throw new Error(outcome.kind);
      expect(await given().users.findById(outcome.user.id)).toBeNull();
      expect(await given().ownerOf(identity)).toBeNull();
      expect((await given().signIn(identity)).kind).toBe("created");
    });
  });

  describe("ownerOf", () => {
    it("returns the id of the user, or null if not linked", async () => {
      const { identity, user } = await given().newUser();
      const { issuer, subject } = identity;
      expect(await given().ownerOf({ issuer, subject })).toBe(user.id);
      const elsewhere = { subject, issuer: "https://appleid.apple.com" };
      expect(await given().ownerOf(elsewhere)).toBeNull();
      expect(await given().ownerOf(newIdentity())).toBeNull();
    });
  });
}
