import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { expectUnavailable } from "./contract-runs";
import { afterEach, beforeEach, describe, expect, it } from "./test-globals";
import { userChangesContract } from "./user-changes.contract";
import {
  DirectoryBench,
  type MakeDirectory,
  newIdentity,
} from "./user-directory.setup";
import { userIdentitiesContract } from "./user-identities.contract";
import { userRacesContract } from "./user-races.contract";
import { userSignInContract } from "./user-sign-in.contract";

/** The options of {@link userDirectoryContract}. */
export interface UserDirectoryContract {
  /** Creates a directory; it may contain users of previous tests. */
  readonly create: MakeDirectory;
  /** Whether to test concurrent calls. */
  readonly concurrent?: boolean;
  /** Whether changes are rolled back with their transaction. */
  readonly transactional?: boolean;
  /** Whether `create` returns an `outage`, to test the errors during one. */
  readonly outages?: boolean;
}

/**
 * The contract tests of `UserDirectory`:
 *
 *     describe("MyUserDirectory", () => {
 *       userDirectoryContract({
 *         concurrent: true,
 *         create: ({ clock }) => ({
 *           users: new MyUserDirectory(client, clock),
 *           transaction: looseTransaction,
 *           dispose: () => client.clear(),
 *         }),
 *       });
 *     });
 */
export function userDirectoryContract(contract: UserDirectoryContract): void {
  let bench: DirectoryBench;

  beforeEach(async () => {
    bench = await new DirectoryBench().open(contract.create);
  });

  afterEach(() => bench.close());

  userSignInContract(() => bench, contract);
  userListContract(() => bench);
  userIdentitiesContract(() => bench, contract);
  userChangesContract(() => bench, contract);
  if (contract.concurrent) userRacesContract(() => bench);
  if (contract.outages) outageContract(() => bench);
}

function userListContract(given: () => DirectoryBench): void {
  /** An address that no other test uses. */
  const address = () => `Ada.${randomUUID()}@Corp.Example`;
  const idsOf = async (...args: Parameters<DirectoryBench["users"]["list"]>) =>
    (await given().users.list(...args)).map(({ id }) => id);
  const newUser = async (email: string | null) => {
    // Users of the same millisecond are in no particular order.
    await delay(1);
    const { user } = await given().newUser(newIdentity({ email }));
    return user.id;
  };

  describe("findById", () => {
    it("returns the user regardless of status", async () => {
      const { user } = await given().newUser();
      expect(await given().users.findById(user.id)).toEqual(user);
      await given().change(user, { status: "disabled" });
      const found = await given().users.findById(user.id);
      expect(found).toMatchObject({ id: user.id, status: "disabled" });
    });

    it("returns null if not found", async () => {
      expect(await given().users.findById(randomUUID())).toBeNull();
    });
  });

  describe("list", () => {
    it("returns the newest users first, up to the limit", async () => {
      const email = address();
      const [a, b, c] = [
        await newUser(email),
        await newUser(email),
        await newUser(email),
      ];
      expect(await idsOf({ email }, { limit: 10 })).toEqual([c, b, a]);
      expect(await idsOf({ email }, { limit: 2 })).toEqual([c, b]);
      expect(await idsOf({ email }, { limit: 2, before: b })).toEqual([a]);
      expect(await idsOf({ email }, { limit: 2, before: a })).toEqual([]);
      expect(await idsOf({}, { limit: 1 })).toEqual([c]);
    });

    it("lists every user once, even while others are added", async () => {
      const email = address();
      const [a, b, c] = [
        await newUser(email),
        await newUser(email),
        await newUser(email),
      ];
      const [first, second] = await idsOf({ email }, { limit: 2 });
      await newUser(email);
      const rest = await idsOf({ email }, { limit: 2, before: second });
      expect([first, second, ...rest]).toEqual([c, b, a]);
    });

    it("returns the same data as findById", async () => {
      const email = address();
      const id = await newUser(email);
      expect(await given().users.list({ email }, { limit: 1 })).toEqual([
        await given().users.findById(id),
      ]);
    });

    it("filters by whole address in any case, by status, and by both", async () => {
      const email = address();
      const page = { limit: 10 };
      const ada = await newUser(email);
      const gone = await newUser(email.toLowerCase());
      await given().change({ id: gone }, { status: "disabled" });
      await newUser(`${email}.evil.example`);
      await newUser(`x${email}`);
      await newUser(null);
      const inUpperCase = { email: email.toUpperCase() };
      expect(await idsOf(inUpperCase, page)).toEqual([gone, ada]);
      const active = { email, status: "active" as const };
      expect(await idsOf(active, page)).toEqual([ada]);
      const disabled = { email, status: "disabled" as const };
      expect(await idsOf(disabled, page)).toEqual([gone]);
      expect(await idsOf({ status: "disabled" }, { limit: 1 })).toEqual([gone]);
    });

    it("filters by whole name in any case, and by name and status", async () => {
      const name = `Ada ${randomUUID()}`;
      const page = { limit: 10 };
      const named = async (other: string | null) => {
        await delay(1);
        return (await given().newUser(newIdentity({ name: other }))).user.id;
      };
      const first = await named(name);
      const second = await named(name.toUpperCase());
      await named(`${name} King`);
      await named(null);
      expect(await idsOf({ name }, page)).toEqual([second, first]);
      expect(await idsOf({ name: name.slice(0, -1) }, page)).toEqual([]);
      expect(await idsOf({ name: "Ada %" }, page)).toEqual([]);
      await given().change({ id: second }, { status: "disabled" });
      const active = { name, status: "active" as const };
      expect(await idsOf(active, page)).toEqual([first]);
    });

    it("does not treat an address as a pattern", async () => {
      const email = address();
      await newUser(email);
      const [, domain = ""] = email.split("@");
      for (const pattern of [
        ...["", "%", ".*", `%@${domain}`, email.slice(0, -1), email.slice(1)],
        ...[email.replace(".", "_"), email.replace(".", "?")],
      ]) {
        expect(await idsOf({ email: pattern }, { limit: 10 })).toEqual([]);
      }
    });
  });
}

function outageContract(given: () => DirectoryBench): void {
  describe("the directory, while it is unavailable", () => {
    it("reports it, and is unchanged afterwards", async () => {
      const { outage } = given().underTest;
      if (!outage) throw new Error("create() does not return an outage");
      const { user, identity } = await given().newUser();
      await outage.begin();
      await Promise.all([
        expectUnavailable(given().signIn(identity)),
        expectUnavailable(given().users.findById(user.id)),
        expectUnavailable(given().users.list({}, { limit: 1 })),
        expectUnavailable(given().users.identitiesOf(user.id)),
        expectUnavailable(given().ownerOf(identity)),
        expectUnavailable(given().change(user, { roles: ["admin"] })),
      ]);
      await outage.end();
      expect(await given().users.findById(user.id)).toEqual(user);
    });
  });
}
