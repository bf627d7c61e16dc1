import { Clock } from "../../src/index";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import { TestService } from "../../src/testing/test-service";
import { admittedTitle, expectAdmitted } from "./admitted-case";
import {
  audienceCases,
  authorizedPartyCases,
  issuerCases,
} from "./audience.table";
import { goodClaimCases } from "./good-tokens.table";
import { caseTitle } from "./hostile-case";
import { expectRefused } from "./invariants";
import {
  nonceCases,
  otherTokenCases,
  serviceAccountCases,
  subjectCases,
} from "./subject.table";
import { Target } from "./target";
import { edgeCases, goodEdgeCases, timeCases } from "./times.table";
import { ofEachKind } from "../support/extent";

class StoppableClock extends Clock {
  /** Milliseconds since 1970; the machine's time by default. */
  stoppedAt?: number;

  override now(): number {
    return this.stoppedAt ?? Date.now();
  }
}

describe("an ID token from Google with hostile claims", () => {
  const clock = new StoppableClock();
  let target: Target;

  beforeAll(async () => {
    target = await Target.start({
      providers: [{ provide: Clock, useValue: clock }],
    });
  });

  afterAll(() => target.stop());

  const tables = [
    ["is for another audience", audienceCases],
    ["has another authorized party", authorizedPartyCases],
    ["is of another issuer", issuerCases],
    ["has invalid times", timeCases],
    ["has an invalid subject", subjectCases],
    ["has an invalid nonce", nonceCases],
    ["is for another purpose", otherTokenCases],
    ["is a service account's", serviceAccountCases],
  ] as const;

  describe.each(tables)("when it %s", (_when, cases) => {
    it.each(ofEachKind(cases))(caseTitle, (given) =>
      expectRefused(target, given),
    );
  });

  describe("when it is unusual but valid", () => {
    it.each(ofEachKind(goodClaimCases))(admittedTitle, (given) =>
      expectAdmitted(target, given),
    );
  });

  describe("when it expires or becomes valid right now", () => {
    beforeEach(() => {
      clock.stoppedAt = target.google.now().getTime();
    });

    afterEach(() => {
      clock.stoppedAt = undefined;
    });

    it.each(ofEachKind(edgeCases))(caseTitle, (given) =>
      expectRefused(target, given),
    );

    it.each(ofEachKind(goodEdgeCases))(admittedTitle, (given) =>
      expectAdmitted(target, given),
    );
  });
});

describe("a service without an audience", () => {
  let google: GoogleEmulator;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });

  afterAll(() => google.stop());

  it.each([undefined, "", " ", ",", " , ", "ios=", "ios=,", "\t"])(
    "G-025 refuses to start with the client ids %j",
    async (clientIds) => {
      const start = TestService.start(google, {
        env: { GOOGLE_CLIENT_IDS: clientIds },
      });
      await expect(start).rejects.toThrow("GOOGLE_CLIENT_IDS");
    },
  );
});
