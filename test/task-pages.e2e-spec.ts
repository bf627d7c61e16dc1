import type { Provider, Type } from "@nestjs/common";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { SignInHooks } from "../src/index";
import { googleAccounts, newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { call, claimsOf, person } from "./support/calls";
import { documentedCode } from "./support/documented-code";
import { GuestApp } from "./support/guest-app";
import { query } from "./support/rows";

interface Example {
  readonly providers: readonly Provider[];
  readonly [name: string]: unknown;
}

/** The statements of a page's first SQL block. */
function documentedSql(page: string): string {
  const text = readFileSync(resolve(__dirname, "..", page), "utf8");
  const [, sql] = /^```sql\n([\s\S]*?)^```/m.exec(text) ?? [];
  if (sql === undefined) throw new Error(`${page} has no SQL`);
  return sql;
}

describe("the examples of the pages by task", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let app: GuestApp | undefined;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });
  beforeEach(async () => {
    database = await TestDatabase.create();
  });
  afterEach(async () => {
    await app?.[Symbol.asyncDispose]();
    app = undefined;
    await database.destroy();
  });
  afterAll(() => google.stop());

  /** An application that uses an example, with the page's table in it. */
  async function start(
    { providers }: Pick<Example, "providers">,
    controllers: readonly unknown[] = [],
    sql?: string,
  ): Promise<GuestApp> {
    app = await GuestApp.start(google, database, {
      options: { providers },
      host: { controllers: [...(controllers as Type[])] },
    });
    if (sql !== undefined) await query(app, sql);
    return app;
  }

  it("invitations: one sign-up each, with its roles, for the owner of the mailbox", async () => {
    const page = "docs/who-may-sign-in.md";
    const site = await start(documentedCode(page), [], documentedSql(page));
    const { consumer, workspace, thirdPartyEmail } = googleAccounts;
    await query(
      site,
      `INSERT INTO invitations (email, roles) SELECT lower(unnest), '{editor}' FROM unnest($1::text[])`,
      [[consumer.email, thirdPartyEmail.email]],
    );
    const uninvited = await person(site, google, workspace);
    expect([uninvited.status, uninvited.body.code]).toEqual([
      ...[403, "invitation_required"],
    ]);
    const other = await person(site, google, thirdPartyEmail);
    expect(other.body.code).toBe("invitation_required");
    const invited = await person(site, google, consumer);
    expect(invited.user).toMatchObject({ roles: ["editor"] });
    expect((await person(site, google, consumer)).status).toBe(200);
    const stranger = { ...newAccount(), email: consumer.email };
    const again = await person(site, google, stranger);
    expect(again.body.code).toBe("invitation_required");
  });

  it("roles: a hook grants them by domain, and a route requires one", async () => {
    const { ArticlesController } = documentedCode<Example>("docs/roles.md");
    const example = documentedCode<Example>("docs/roles.md", 1);
    const site = await start(example, [ArticlesController]);
    const staff = { ...newAccount(), hd: "example.com" };
    const member = await person(site, google, staff);
    expect(member.user).toMatchObject({ roles: ["staff"] });
    expect((await person(site, google)).user).toMatchObject({ roles: [] });
    const { status, body } = await call(
      ...[site, "DELETE", "/articles/1", member.accessToken],
    );
    expect([status, body.code]).toEqual([403, "insufficient_role"]);
    await query(site, `UPDATE google_auth.users SET roles = '{editor}'`);
    const editor = await person(site, google, staff);
    const { accessToken } = editor;
    const removed = await call(site, "DELETE", "/articles/1", accessToken);
    expect(removed.status).toBe(200);
  });

  it("claims: the token and the principal have them", async () => {
    const example = documentedCode<Example>("docs/claims.md");
    const site = await start(example, [example.PlanController]);
    const profile = { plan: "gold" };
    const { accessToken } = await person(site, google, newAccount(), {
      profile,
    });
    expect(claimsOf(accessToken)).toMatchObject({ plan: "gold" });
    const answer = await call(site, "GET", "/plan", accessToken);
    expect(answer.body).toEqual({ plan: "gold" });
  });

  it("own users table: a row with each user, and gone with it", async () => {
    const page = "docs/own-users-table.md";
    const site = await start(documentedCode(page), [], documentedSql(page));
    const { id, user, accessToken } = await person(site, google);
    const rows = await query(site, "SELECT id, display_name FROM members");
    expect(rows).toEqual([{ id, display_name: user.name }]);
    await call(site, "DELETE", "/users/me", accessToken);
    expect(await query(site, "SELECT id FROM members")).toEqual([]);
  });

  it("tenants: the token lists them, and others are refused", async () => {
    const page = "docs/multi-tenant.md";
    const example = documentedCode<Example>(page);
    const sql = documentedSql(page);
    const site = await start(example, [example.InvoicesController], sql);
    const account = newAccount();
    // The table did not exist before the application had started.
    const { id } = await person(site, google, account);
    await query(site, "INSERT INTO memberships VALUES ($1, 'acme', 'owner')", [
      id,
    ]);
    const { accessToken } = await person(site, google, account);
    expect(claimsOf(accessToken)).toMatchObject({ tenants: { acme: "owner" } });
    const get = async (tenant: string, token?: string) =>
      (await call(site, "GET", `/tenants/${tenant}/invoices`, token)).status;
    expect(await get("acme", accessToken)).toBe(200);
    expect(await get("other", accessToken)).toBe(403);
    expect(await get("toString", accessToken)).toBe(403);
    expect(await get("acme")).toBe(401);
  });

  it("moving in: an old row is connected only if Google is authoritative for its address", async () => {
    const { OldUsers } = documentedCode<Example>(
      "docs/migrating/nest-tutorial.md",
    );
    const useClass = OldUsers as Type<SignInHooks>;
    const site = await start(
      { providers: [{ provide: SignInHooks, useClass }] },
      [],
      "CREATE TABLE users (email text, google_user_id uuid)",
    );
    const { consumer, thirdPartyEmail } = googleAccounts;
    await query(site, "INSERT INTO users (email) VALUES ($1), ($2)", [
      consumer.email?.toUpperCase(),
      thirdPartyEmail.email,
    ]);
    const { id } = await person(site, google, consumer);
    await person(site, google, thirdPartyEmail);
    const rows = await query(site, "SELECT google_user_id AS id FROM users");
    expect(rows).toEqual(expect.arrayContaining([{ id }, { id: null }]));
  });
});
