import { admittedTitle, expectAdmitted } from "./admitted-case";
import { algorithmCases, hmacCases, noneCases } from "./algorithms.table";
import { goodHeaderCases } from "./good-tokens.table";
import { headerMemberCases } from "./header-members.table";
import { caseTitle, tokenAttack } from "./hostile-case";
import { expectRefused } from "./invariants";
import { keyIdCases } from "./key-ids.table";
import { segmentCases } from "./segments.table";
import { signatureCases } from "./signatures.table";
import { spellingCases } from "./spellings.table";
import { Target } from "./target";
import { encode, googleHeader, segmentsOf } from "./token-forgery";
import { ofEachKind } from "../support/extent";

describe("an ID token with a hostile header or signature", () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.start();
  });

  afterAll(() => target.stop());

  // First, before other tests use up the fetches for unknown keys.
  it("G-016 a key rotated in unannounced is accepted after one more fetch", async () => {
    const { google } = target;
    await google.rotateKeys({ unannounced: true });
    const fetches = google.requestCount();
    await expectAdmitted(target, { id: "G-016", name: "the new key" });
    expect(google.requestCount()).toBe(fetches + 1);
  });

  const tables = [
    ["its algorithm is none", noneCases],
    ["its algorithm is symmetric", hmacCases],
    ["its algorithm is another", algorithmCases],
    ["its signature is not for this token", signatureCases],
    ["its key id is not one of Google's", keyIdCases],
    ["its header names keys or extensions", headerMemberCases],
    ["its segments are not a JWS of two JSON objects", segmentCases],
    ["it is encoded differently from Google's tokens", spellingCases],
  ] as const;

  describe.each(tables)("when %s", (_when, cases) => {
    it.each(ofEachKind(cases))(caseTitle, (given) =>
      expectRefused(target, given),
    );
  });

  describe("when its header is unusual but valid", () => {
    it.each(ofEachKind(goodHeaderCases))(admittedTitle, (given) =>
      expectAdmitted(target, given),
    );
  });

  it("G-015 a thousand unknown keys cost one fetch in ten seconds", async () => {
    const { google } = target;
    const [, payload, signature] = segmentsOf(await google.idToken());
    const fetches = google.requestCount();
    const startedAt = Date.now();
    for (let round = 0; round < 10; round++) {
      const replies = await Promise.all(
        Array.from({ length: 100 }, (_, index) => {
          const kid = String(round * 100 + index).padStart(40, "0");
          const header = encode(googleHeader(google, { kid }));
          return tokenAttack(
            target,
            `${header}.${payload}.${signature}`,
          ).send();
        }),
      );
      const answers = replies.map(
        ({ status, text }) =>
          `${status} ${(JSON.parse(text) as { reason: string }).reason}`,
      );
      expect(new Set(answers)).toEqual(new Set(["401 unknown_key"]));
    }
    const coolDowns = Math.floor((Date.now() - startedAt) / 10_000);
    expect(google.requestCount() - fetches).toBeLessThanOrEqual(1 + coolDowns);
    expect(await target.knownUserEnters()).toBe(true);
  });
});
