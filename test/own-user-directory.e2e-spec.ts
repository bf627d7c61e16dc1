import { Logger } from "@nestjs/common";
import {
  SessionStore,
  SignInPolicy,
  SystemClock,
  UserDirectory,
} from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { claimsOf, person, refusal } from "./support/calls";
import { requiredOptions } from "./support/guest-app";
import { postJson } from "./support/requests";
import { rowCounts } from "./support/rows";
import { SeamApp } from "./support/seam-app";
import { GenerousDirectory, InvitedOnly } from "./support/seam-replacements";
import {
  dayLongSessions,
  MemorySessionStore,
} from "./support/stores/memory-session-store";

/**
 * Guards against a replacement that is not used. The sign-in once ignored a
 * subclass of the user directory that overrides `findOrCreate`, and the service
 * ignored most of its providers.
 */
describe("a user directory that overrides one method", () => {
  let google: GoogleEmulator;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
  });

  afterAll(() => google.stop());

  const line = { provide: UserDirectory, useClass: GenerousDirectory };

  it("is used at the sign-in, and all ways to end a session work", async () => {
    await using app = await SeamApp.start(google, [line]);
    const who = await app.signIn();
    expect(who.user.roles).toEqual(["guest"]);
    expect(claimsOf(who.accessToken).roles).toEqual(["guest"]);
    await app.expectEverythingEnds();
  });

  it("signs in more users at once than there are connections, each once", async () => {
    const anywhere = { url: "postgresql://nowhere.invalid/none" };
    await using app = await SeamApp.start(google, [line], {
      google: {
        ...requiredOptions(google, anywhere).google,
        idTokenUse: "once",
      },
      limits: { signInFailures: "off" },
    });
    const atOnce = <T>(run: () => Promise<T>) =>
      Promise.all(Array.from({ length: 40 }, run));
    const people = await atOnce(() => app.signIn());
    expect(people.map(({ status }) => status)).toEqual(people.map(() => 200));
    const idToken = await google.idToken();
    const answers = await atOnce(() =>
      postJson(app, "/auth/google", { idToken }),
    );
    const codes = answers.map(({ body }) => body.code ?? "signed in").sort();
    expect(codes).toEqual([
      ...Array.from({ length: 39 }, () => "invalid_token"),
      "signed in",
    ]);
  });
});

describe("the service's own providers", () => {
  let google: GoogleEmulator;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });

  afterAll(() => google.stop());

  it.each([
    [
      { provide: SignInPolicy, useClass: InvitedOnly },
      [403, "invitation_required"],
      { sessions: 0 },
    ],
    [
      {
        provide: SessionStore,
        useValue: new MemorySessionStore(dayLongSessions, new SystemClock()),
      },
      [200, undefined],
      { users: 1, sessions: 0 },
    ],
    [
      { provide: UserDirectory, useClass: GenerousDirectory },
      [200, undefined],
      { users: 1, sessions: 1 },
    ],
  ])("reach every part: %p", async (provider, expected, rows) => {
    await using service = await TestService.start(google, {
      providers: [provider],
    });
    expect(refusal(await person(service, google))).toEqual(expected);
    expect(await rowCounts(service)).toMatchObject(rows);
  });

  it("are refused by name if they replace nothing", async () => {
    class Mailer {}
    await expect(
      TestService.start(google, { providers: [Mailer] }),
    ).rejects.toThrow("providers: Mailer is not a seam");
  });
});
