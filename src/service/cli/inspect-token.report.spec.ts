import { cleanText } from "../../common/clean-text";
import { idTokenChecks } from "../../identity/google/id-token.checks";
import { adviceOn } from "./inspect-token.advice";
import {
  reportText,
  timeInWords,
  type TokenReport,
  verdictOf,
} from "./inspect-token.report";

const now = 1_700_000_000;

describe("timeInWords", () => {
  it.each([
    [now, "2023-11-14T22:13:20Z, in 0 seconds"],
    [now - 59, "2023-11-14T22:12:21Z, 59 seconds ago"],
    [now + 3599, "2023-11-14T23:13:19Z, in 59 minutes"],
    [now - 7200, "2023-11-14T20:13:20Z, 2 hours ago"],
    [now + 86_400 * 3, "2023-11-17T22:13:20Z, in 3 days"],
    [161803398874, "7097-05-06T12:34:34Z, in 1,853,048 days"],
    [1e15, "in 11,574,054,398 days"],
  ])("formats %d in words", (value, said) => {
    expect(timeInWords(value, now)).toBe(said);
  });

  it.each(["1700000000", null, Infinity, NaN, {}])(
    "does not format %p",
    (value) => expect(timeInWords(value, now)).toBeNull(),
  );
});

const report: TokenReport = {
  kind: "An ID token.",
  notes: [],
  header: { alg: "RS256" },
  claims: { aud: "ours", azp: "theirs", iat: now },
  findings: [
    { check: "signature", demands: "signed", outcome: { kind: "ok" } },
  ],
  notCheckedHere: [],
  isOffline: false,
};

describe("reportText", () => {
  it("escapes and truncates claims that would move the cursor or fill the screen", () => {
    const evil = "\u001b[2J\u009b\u202e";
    const text = reportText(
      { ...report, claims: { [evil]: evil, name: "x".repeat(9000) } },
      [],
      now,
    );
    expect(text.replaceAll("\n", "")).toBe(cleanText(text));
    expect(text.length).toBeLessThan(1500);
  });

  it("shows the label of one of our clients", () => {
    const text = reportText(report, [{ id: "ours", label: "ios" }], now);
    expect(text).toContain('"ours"  (your ios client)');
    expect(text).toContain('"theirs"  (not in GOOGLE_CLIENT_IDS)');
    expect(text).toMatch(/^ACCEPTED/);
  });
});

describe("verdictOf", () => {
  const signature = (kind: "not-checked" | "not-reached") => ({
    ...report,
    findings: [{ check: "signature", demands: "", outcome: { kind } }],
  });
  it("does not accept a token with an unchecked signature", () => {
    expect(verdictOf(signature("not-checked"))).toBe("unknown");
    expect(verdictOf({ ...signature("not-checked"), isOffline: true })).toBe(
      "unproved",
    );
    expect(verdictOf({ ...report, findings: [] })).toBe("unknown");
  });
});

describe("adviceOn", () => {
  it("has advice for every reason of the verifier", () => {
    const segmentReasons = ["malformed_header", "malformed_payload"];
    const reasons = idTokenChecks.flatMap(({ reason }) =>
      typeof reason === "string" ? reason : segmentReasons,
    );
    expect(reasons.length).toBeGreaterThan(20);
    expect(
      [...reasons, "duplicate_member"].filter(
        (reason) => !Object.hasOwn(adviceOn, reason),
      ),
    ).toEqual([]);
  });
});
