import { DataSource } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { SystemClock } from "../common/clock.port";
import { dataSourceOptions } from "../database/data-source";
import { AuditTrail } from "../audit/audit-trail";
import { LogAuditSink } from "../audit/audit-sink.port";
import { Database } from "../database/database";
import { DatabaseBell } from "../database/database-bell";
import { Purge } from "../database/purge";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { TestDatabase } from "../testing/test-database";
import { TypeormUserDirectory } from "../users/typeorm-user-directory";
import { OneTimeMarks } from "./one-time-marks";
import { RevocationFeed } from "./revocation-feed";
import { SessionRotation } from "./session-rotation";
import { TypeormSessionStore } from "./typeorm-session-store";

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

describe("TypeormSessionStore", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let store: TypeormSessionStore;

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 2, ssl: false }),
    ).initialize();
    const database = new Database(dataSource);
    const clock = new SystemClock();
    const options = {
      idleTtlSeconds: 60,
      maxTtlSeconds: 120,
      refreshGraceSeconds: 10,
      accessTokenTtlSeconds: 60,
      secretKey: "",
      previousSecretKey: null,
    };
    const purge = new Purge(database, clock);
    store = new TypeormSessionStore(
      new TypeormUserDirectory(database, clock),
      new OneTimeMarks(database, clock, purge),
      database,
      new SessionRotation(database, clock, options),
      new RevocationFeed(database, new DatabaseBell(dataSource), clock),
      new AuditTrail(database, new LogAuditSink(), clock),
      clock,
      options,
      purge,
    );
  });

  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const signIn = async (ip: string | null) => {
    const context = { device: null, ip, userAgent: "x".repeat(600) };
    const outcome = await store.signIn(
      identity,
      { signUp: "open", uses: null },
      context,
    );
    if (!("session" in outcome)) throw new Error(outcome.kind);
    return outcome;
  };

  it.each([
    ["IPv4", "192.0.2.1", "192.0.2.1"],
    ["IPv6", "2001:db8::1", "2001:db8::1"],
    ["IPv4 in IPv6", "::ffff:192.0.2.1", "192.0.2.1"],
    ["link-local with its interface", "fe80::1%eth0", "fe80::1"],
    ["what a proxy made up", "unknown", null],
    ["an address with a port", "192.0.2.1:80", null],
    ["nothing", "", null],
    ["no address", null, null],
  ])("given %s, signs in and keeps what is an address", async (_, ip, kept) => {
    const { session } = await signIn(ip);
    expect((await store.find(session.id))?.ip).toBe(kept);
  });

  it("finds a session as it was started, and no other", async () => {
    const { session, user } = await signIn("192.0.2.1");
    expect(await store.find(session.id)).toEqual(session);
    expect(session.userId).toBe(user.id);
    expect(session.userAgent).toHaveLength(512);
    expect(await store.find(uuidv7())).toBeNull();
  });

  it("starts a session for a user who is known already", async () => {
    const { user } = await signIn(null);
    const context = { device: "phone", ip: null, userAgent: null };
    const session = await store.start(user, identity, context);
    expect(await store.find(session.id)).toEqual(session);
  });
});
