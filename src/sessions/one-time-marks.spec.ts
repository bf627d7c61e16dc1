import { randomBytes } from "node:crypto";
import { DataSource } from "typeorm";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { Purge } from "../database/purge";
import { SteppedClock } from "../testing/stepped-clock";
import { TestDatabase } from "../testing/test-database";
import { OneTimeMarks } from "./one-time-marks";
import { nonceDigest, type OneTimeUse } from "./one-time-use";

describe("OneTimeMarks", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let marks: OneTimeMarks;
  const clock = new SteppedClock();

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
    ).initialize();
    const database = new Database(dataSource);
    marks = new OneTimeMarks(database, clock, new Purge(database, clock));
  });

  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const token = () => ({
    digest: randomBytes(32),
    expiresAt: new Date(clock.now() + 3_600_000),
  });
  const use = (parts: Partial<OneTimeUse>): OneTimeUse => ({
    nonceDigests: [],
    nonceRequired: false,
    token: null,
    ...parts,
  });

  it("gives a token to one of 20 who take it at once", async () => {
    const taken = use({ token: token() });
    const granted = await Promise.all(
      Array.from({ length: 20 }, () => marks.take(taken)),
    );
    expect(granted.filter(Boolean)).toHaveLength(1);
    expect(await marks.reasonAgainst(taken)).toBe("token_used");
  });

  it("uses up neither when only one of nonce and token is still good", async () => {
    const { nonce } = await marks.issueNonce();
    const nonceDigests = [nonceDigest(nonce)];
    expect(await marks.take(use({ nonceDigests }))).toBe(true);
    const fresh = token();
    expect(await marks.take(use({ nonceDigests, token: fresh }))).toBe(false);
    expect(await marks.take(use({ token: fresh }))).toBe(true);
  });

  it("has nothing against what can still be used", async () => {
    const { nonce } = await marks.issueNonce();
    const nonceDigests = [nonceDigest(nonce)];
    const fresh = use({ nonceDigests, nonceRequired: true, token: token() });
    expect(await marks.reasonAgainst(fresh)).toBeNull();
    expect(await marks.take(fresh)).toBe(true);
  });

  it("ignores a stranger's nonce unless one of ours is required", async () => {
    const nonceDigests = [randomBytes(32)];
    expect(await marks.take(use({ nonceDigests }))).toBe(true);
    const required = use({ nonceDigests, nonceRequired: true });
    expect(await marks.take(required)).toBe(false);
    expect(await marks.reasonAgainst(required)).toBe("nonce_unknown");
  });
});
