import {
  securityEventsFromClaims,
  securityEventTypes,
  type SecurityEventRules,
} from "./security-event";
import { SecurityEventRefusal } from "./security-event-refusal";

const now = 1_763_700_000;
const clientId = "123-web.apps.googleusercontent.com";
const risc = "https://schemas.openid.net/secevent/risc/event-type/";
const sub = "110169484474386276334";
const rules: SecurityEventRules = {
  clientIds: new Set([clientId, "123-ios.apps.googleusercontent.com"]),
  clockSkewSeconds: 60,
  nowSeconds: now,
};
const subject = {
  subject_type: "iss-sub",
  iss: "https://accounts.google.com/",
  sub,
};
const good = {
  iss: "https://accounts.google.com/",
  aud: clientId,
  iat: now - 5,
  jti: "756E69717565206964656E746966696572",
  events: { [`${risc}account-disabled`]: { subject, reason: "hijacking" } },
};

const read = (changes: Record<string, unknown> = {}) =>
  securityEventsFromClaims({ ...good, ...changes }, rules);
const refusal = (changes: Record<string, unknown>) => {
  try {
    read(changes);
  } catch (error) {
    if (error instanceof SecurityEventRefusal) {
      return `${error.code}: ${error.reason}`;
    }
    throw error;
  }
  return "accepted";
};
const eventOf = (event: unknown, uri = `${risc}sessions-revoked`) =>
  read({ events: { [uri]: event } }).events[0];

describe("the claims of a security event token", () => {
  it("contain the event, its subject and its time", () => {
    expect(read()).toEqual({
      id: good.jti,
      clientId,
      occurredAt: now - 5,
      events: [
        {
          type: "account-disabled",
          uri: `${risc}account-disabled`,
          account: { issuer: "https://accounts.google.com", subject: sub },
          reason: "hijacking",
          state: null,
        },
      ],
    });
  });

  it.each([
    "https://accounts.google.com/",
    "https://accounts.google.com",
    "accounts.google.com",
  ])("accept the issuer %s", (iss) => {
    expect(refusal({ iss })).toBe("accepted");
  });

  it.each([
    "https://accounts.google.com//",
    "http://accounts.google.com/",
    "https://evil.example/",
    "",
    null,
    ["https://accounts.google.com/"],
    undefined,
  ])("are refused with the issuer %j", (iss) => {
    expect(refusal({ iss })).toBe("invalid_issuer: wrong_issuer");
  });

  it("may have several audiences including ours", () => {
    const { clientId: found } = read({ aud: ["1-other.example", clientId] });
    expect(found).toBe(clientId);
  });

  it.each([
    "1-other.example",
    "",
    null,
    [],
    [[clientId]],
    { clientId },
    undefined,
  ])("are refused with the audience %j", (aud) => {
    expect(refusal({ aud })).toBe("invalid_audience: wrong_audience");
  });

  it("are accepted at any age, and an expiry is ignored", () => {
    expect(refusal({ iat: 1_508_184_845, exp: 1 })).toBe("accepted");
  });

  it("prefer the time of the event to that of the token", () => {
    expect(read({ toe: now - 3600 }).occurredAt).toBe(now - 3600);
  });

  it("may be ahead by at most the clock skew", () => {
    expect(refusal({ iat: now + 60 })).toBe("accepted");
    expect(refusal({ iat: now + 61 })).toContain("issued_at_invalid");
    expect(refusal({ toe: now + 61 })).toContain("time_of_event_invalid");
  });

  it.each([
    ["iat", ["1763700000", 1.5, 0, -1, null, undefined], "issued_at_invalid"],
    ["toe", ["1", 1.5, 0, null], "time_of_event_invalid"],
    [
      "jti",
      ["", 1, null, undefined, "x".repeat(256), "a\u0000b", "\ud800"],
      "token_id_invalid",
    ],
    ["events", [null, undefined, [], "x", 1], "events_missing"],
    ["events", [{}], "events_invalid"],
    ["events", [{ a: null }, { a: [] }, { a: "x" }], "event_invalid"],
  ])("are refused with another %s: %j", (name, values, reason) => {
    for (const value of values) {
      expect(refusal({ [name]: value })).toBe(`invalid_request: ${reason}`);
    }
  });

  it("may have ten events but not eleven", () => {
    const events = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`urn:${index}`, {}]),
      );
    expect(read({ events: events(10) }).events).toHaveLength(10);
    expect(refusal({ events: events(11) })).toContain("events_invalid");
  });
});

describe("an event", () => {
  it.each(Object.entries(securityEventTypes))("%s is %s", (uri, type) => {
    expect(eventOf({ subject }, uri)?.type).toBe(type);
  });

  it.each([
    `${risc}account-purged`,
    `${risc}tokens-revoked`,
    "__proto__x",
    "constructor",
    "toString",
    "",
  ])("%j is unknown", (uri) => {
    expect(eventOf({ subject }, uri)?.type).toBe("unknown");
  });

  it.each([
    ["in the format of RFC 9493", { format: "iss_sub" }],
    ["as the claims of an ID token", { subject_type: "id_token_claims" }],
    ["with the issuer of ID tokens", { iss: "accounts.google.com" }],
  ])("can name an account %s", (_how, changes) => {
    const named = { ...subject, ...changes };
    if ("format" in changes) Reflect.deleteProperty(named, "subject_type");
    expect(eventOf({ subject: named })?.account?.subject).toBe(sub);
  });

  it.each([
    undefined,
    null,
    sub,
    [subject],
    { ...subject, iss: "https://evil.example" },
    { ...subject, sub: 1 },
    { ...subject, sub: "" },
    { ...subject, sub: "x".repeat(256) },
    { ...subject, sub: "\u0000" },
    { subject_type: "email", email: "ada@gmail.com" },
    { subject_type: "oauth_token", token_type: "refresh_token", token: "x" },
    { subject_type: "email", email: "ada@gmail.com", iss: subject.iss, sub },
  ])("names no account: %j", (named) => {
    expect(eventOf({ subject: named })?.account).toBeNull();
  });

  it("reads a reason of one word, and marks any other as unreadable", () => {
    const reasonOf = (reason: unknown) => eventOf({ subject, reason })?.reason;
    expect(reasonOf("bulk-account")).toBe("bulk-account");
    expect(reasonOf(undefined)).toBeNull();
    expect(reasonOf(null)).toBeNull();
    expect(reasonOf(["hijacking"])).toBe("unreadable");
    expect(reasonOf(1)).toBe("unreadable");
  });

  it("truncates and cleans the state", () => {
    const stateOf = (state: unknown) => eventOf({ state })?.state;
    expect(stateOf("hello\u0000\n")).toBe("hello");
    expect(stateOf("x".repeat(1000))).toHaveLength(200);
    expect(stateOf({})).toBeNull();
  });
});
