import { Logger } from "@nestjs/common";
import { AccessTokenClaims, SignInHooks, SignInPolicy } from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { person, refusal } from "./support/calls";
import { GuestApp } from "./support/guest-app";
import { rowCounts } from "./support/rows";

const hang = () => new Promise<never>(() => undefined);

describe("an application's provider that hangs", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
  });

  beforeEach(async () => {
    database = await TestDatabase.create();
  });

  afterEach(() => database.destroy());

  afterAll(() => google.stop());

  const startWith = (provide: unknown, useValue: object) =>
    GuestApp.start(google, database, {
      options: { providers: [{ provide, useValue } as never] },
    });

  it.each([
    ["beforeSignUp", SignInHooks, { beforeSignUp: hang }],
    ["afterSignUp", SignInHooks, { afterSignUp: hang }],
    ["admit", SignInPolicy, { admit: hang }],
    ["of", AccessTokenClaims, { of: hang }],
  ])("in %s: the sign-in is refused with a 503", async (_name, seam, value) => {
    await using app = await startWith(seam, value);
    const refused = await person(app, google);
    expect(refusal(refused)).toEqual([503, "service_unavailable"]);
    expect(refused.body.reason).toMatch(/_timeout$/);
  });

  it("before or during the sign-up leaves no rows", async () => {
    await using app = await startWith(SignInHooks, { afterSignUp: hang });
    await person(app, google);
    expect(await rowCounts(app)).toEqual({
      users: 0,
      identities: 0,
      sessions: 0,
    });
  });

  it("in afterSignIn: the sign-in succeeds", async () => {
    await using app = await startWith(SignInHooks, { afterSignIn: hang });
    expect((await person(app, google)).status).toBe(200);
  });
});
