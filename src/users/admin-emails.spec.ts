import { DataSource } from "typeorm";
import { AuditTrail } from "../audit/audit-trail";
import { LogAuditSink } from "../audit/audit-sink.port";
import { SystemClock } from "../common/clock.port";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { TestDatabase } from "../testing/test-database";
import { AdminEmails } from "./admin-emails";
import { IdentityStandings } from "./identity-standings";
import { PostgresUserDirectory } from "./postgres-user-directory";
import type { User } from "./user-directory.port";

const identity: VerifiedIdentity = {
  issuer: "https://accounts.google.com",
  subject: "108204268033311374519",
  clientId: "1234-a.apps.googleusercontent.com",
  authorizedParty: "1234-a.apps.googleusercontent.com",
  email: "ada@gmail.com",
  emailVerified: true,
  emailAuthority: "authoritative",
  hostedDomain: null,
  name: "Ada",
  givenName: null,
  familyName: null,
  picture: null,
  locale: null,
  nonce: null,
  issuedAt: 1,
  expiresAt: 3601,
  tokenDigest: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
};
const nowhere = { ip: null, userAgent: null };

describe("AdminEmails", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let users: PostgresUserDirectory;
  let admins: AdminEmails;

  beforeEach(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
    ).initialize();
    const clock = new SystemClock();
    database = new Database(dataSource);
    users = new PostgresUserDirectory(database, clock);
    admins = new AdminEmails(
      users,
      new IdentityStandings(database),
      database,
      new AuditTrail(database, new LogAuditSink(), clock),
      { adminEmails: ["Ada@Gmail.com"] },
    );
  });

  afterEach(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const signIn = async (): Promise<User> => {
    const outcome = await users.findOrCreate(identity, { signUp: "open" });
    if (!("user" in outcome)) throw new Error(outcome.kind);
    return outcome.user;
  };
  const linesWritten = () =>
    dataSource.query("SELECT FROM google_auth.audit_events");

  it("grants the role once for concurrent sign-ins, with one audit event", async () => {
    const user = await signIn();
    const granted = await Promise.all(
      Array.from({ length: 6 }, () => admins.grant(identity, user, nowhere)),
    );
    for (const { roles } of granted) expect(roles).toEqual(["admin"]);
    expect((await users.findById(user.id))?.roles).toEqual(["admin"]);
    expect(await linesWritten()).toHaveLength(1);
  });

  it("changes nothing if the user was deleted in the meantime", async () => {
    const user = await signIn();
    await dataSource.query("DELETE FROM google_auth.users");
    expect(await admins.grant(identity, user, nowhere)).toBe(user);
    expect(await linesWritten()).toEqual([]);
  });

  it("does not query the database for users who are not listed or have the role", async () => {
    const user = await signIn();
    const asked = jest.spyOn(database, "transaction");
    const others: Partial<VerifiedIdentity>[] = [
      { email: "alan@gmail.com" },
      { email: null },
      { emailAuthority: "verified" },
      { emailAuthority: "unverified" },
    ];
    for (const other of others) {
      const grant = admins.grant({ ...identity, ...other }, user, nowhere);
      expect(await grant).toBe(user);
    }
    const admin = { ...user, roles: ["admin"] };
    expect(await admins.grant(identity, admin, nowhere)).toBe(admin);
    expect(asked).not.toHaveBeenCalled();
  });
});
