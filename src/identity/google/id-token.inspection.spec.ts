import { Logger } from "@nestjs/common";
import { GoogleEmulator } from "../../testing/google/emulator";
import type { IdTokenOptions } from "../../testing/google/id-token.mint";
import { SystemClock } from "../../common/clock.port";
import { AuthError } from "../../common/auth-error";
import { GoogleIdTokenVerifier } from "./google-id-token.verifier";
import { GoogleSigningKeys } from "./google-signing-keys";
import { idTokenChecks } from "./id-token.checks";
import { inspectIdToken } from "./id-token.inspection";

let google: GoogleEmulator;
let keys: GoogleSigningKeys;
let verifier: GoogleIdTokenVerifier;
const clock = new SystemClock();

beforeAll(async () => {
  Logger.overrideLogger(false);
  google = await GoogleEmulator.start();
  const options = {
    clients: google.clientIds.map((id) => ({ id })),
    certsUrl: `${google.url}/oauth2/v1/certs`,
    clockSkewSeconds: 60,
  };
  keys = new GoogleSigningKeys(options, clock);
  verifier = new GoogleIdTokenVerifier(options, keys, clock);
});

afterAll(() => google.stop());

function inspect(token: string, online = true) {
  const rules = {
    clientIds: new Set<string>(google.clientIds),
    clockSkewSeconds: 60,
    nowSeconds: clock.nowSeconds(),
  };
  return inspectIdToken(token, rules, online ? keys : null);
}

/** The refusals, by check and reason. */
async function refusals(token: string, online = true): Promise<string[]> {
  const { findings } = await inspect(token, online);
  return findings.flatMap(({ check, outcome }) =>
    outcome.kind === "refused" ? [`${check}: ${outcome.reason}`] : [],
  );
}

/** The verifier's verdict. */
async function verdict(token: string): Promise<string | null> {
  const error: unknown = await verifier.verify(token).then(
    () => null,
    (cause: unknown) => cause,
  );
  return error instanceof AuthError ? (error.reason ?? error.code) : null;
}

const now = () => clock.nowSeconds();
const claims = (changes: object): IdTokenOptions => ({
  claims: { ...changes },
});
const header = (changes: object): IdTokenOptions => ({
  header: { ...changes },
});

/** One fault for each reason, in the order of the checks. */
const faults: readonly (readonly [string, () => IdTokenOptions])[] = [
  ["size: token_too_large", () => claims({ name: "x".repeat(9000) })],
  ["header: malformed_header", () => ({ rawHeader: "[]" })],
  [
    "header: duplicate_member",
    () => ({ rawHeader: '{"alg":"RS256","alg":"RS256","kid":"k"}' }),
  ],
  ["algorithm: algorithm_not_allowed", () => header({ alg: "HS256" })],
  ["key-id: key_id_invalid", () => header({ kid: ["k"] })],
  ["type: type_not_allowed", () => header({ typ: "at+jwt" })],
  [
    "header-members: header_not_allowed",
    () => header({ jku: "https://x.example" }),
  ],
  ["payload: malformed_payload", () => ({ rawPayload: "1" })],
  ["payload: duplicate_member", () => ({ rawPayload: '{"iss":1,"iss":2}' })],
  ["key: unknown_key", () => header({ kid: "0".repeat(40) })],
  ["signature: bad_signature", () => ({ signWith: "foreign" })],
  ["no-event: security_event_token", () => claims({ events: {} })],
  ["issuer: wrong_issuer", () => claims({ iss: "https://evil.example" })],
  ["audience: wrong_audience", () => claims({ aud: "other" })],
  ["email-form: email_invalid", () => claims({ email: "no address" })],
  [
    "service-account: service_account",
    () => claims({ email: "a@b.iam.gserviceaccount.com" }),
  ],
  ["authorized-party: wrong_authorized_party", () => claims({ azp: "other" })],
  ["subject: subject_invalid", () => claims({ sub: 1 })],
  ["nonce-form: nonce_invalid", () => claims({ nonce: 1 })],
  ["issued-at: issued_at_invalid", () => claims({ iat: "1" })],
  ["expiry: expiry_invalid", () => claims({ exp: 1.5 })],
  ["not-before: not_before_invalid", () => claims({ nbf: null })],
  ["issued-before-now: issued_in_future", () => claims({ iat: now() + 600 })],
  ["begun: not_yet_valid", () => claims({ nbf: now() + 600 })],
  ["order: expiry_invalid", () => claims({ iat: now() - 50, exp: now() - 50 })],
  ["lifetime: lifetime_too_long", () => ({ lifetimeSeconds: 7201 })],
  ["not-expired: expired", () => ({ issuedSecondsAgo: 4000 })],
  ["hosted-domain-form: hosted_domain_invalid", () => claims({ hd: 1 })],
];

describe("inspectIdToken", () => {
  describe("when the token is valid", () => {
    it("then every check is ok, and the client is named", async () => {
      const { findings, identity, claims, header } = await inspect(
        await google.idToken(),
      );
      expect(new Set(findings.map(({ outcome }) => outcome.kind))).toEqual(
        new Set(["ok"]),
      );
      expect(identity).toMatchObject({ email: "ada@gmail.com" });
      expect(claims).toMatchObject({ email: "ada@gmail.com" });
      expect(header).toMatchObject({ alg: "RS256" });
    });

    it("then without keys, only the key and signature are unchecked", async () => {
      const { findings } = await inspect(await google.idToken(), false);
      expect(
        findings
          .filter(({ outcome }) => outcome.kind === "not-checked")
          .map(({ check }) => check),
      ).toEqual(["key", "signature", "library"]);
    });
  });

  describe("when it has one fault", () => {
    it.each(faults)(
      "then %s is reported, as by the verifier",
      async (named, options) => {
        const token = await google.idToken(options());
        // The fault must not cause another one.
        expect(named).toMatch(
          new RegExp(`: ${(await verdict(token)) ?? "none"}$`),
        );
        expect(await refusals(token)).toEqual([named]);
      },
    );

    it("then a signature in another alphabet, or none, is reported", async () => {
      const token = await google.idToken();
      const spoiled = `${token.slice(0, -1)}=`;
      expect(await refusals(spoiled)).toEqual([
        "signature-form: malformed_signature",
      ]);
      const bare = token.slice(0, token.lastIndexOf(".") + 1);
      expect(await refusals(bare)).toEqual(["signed: malformed_token"]);
      expect((await inspect(bare)).identity).not.toBeNull();
    });

    it("then this spec has a fault for each check", () => {
      const tried = faults.map(([named]) => named.split(":")[0]);
      expect(
        idTokenChecks
          .map(({ name }) => name)
          .filter((name) => !tried.includes(name)),
      ).toEqual(["form", "signed", "signature-form", "library"]);
    });
  });

  describe("when it has several faults", () => {
    it("then each is reported, the verifier's first", async () => {
      const token = await google.idToken({
        issuedSecondsAgo: 90_000,
        lifetimeSeconds: 80_000,
        claims: { iss: "x", aud: "y", azp: "z", sub: "", nonce: [], hd: "" },
      });
      expect(await refusals(token)).toEqual([
        "issuer: wrong_issuer",
        "audience: wrong_audience",
        "authorized-party: wrong_authorized_party",
        "subject: subject_invalid",
        "nonce-form: nonce_invalid",
        "hosted-domain-form: hosted_domain_invalid",
        "lifetime: lifetime_too_long",
        "not-expired: expired",
      ]);
      expect(await verdict(token)).toBe("wrong_issuer");
    });

    it("then checks that depend on a fault are skipped", async () => {
      const token = await google.idToken(
        claims({ iat: "x", exp: now() - 900 }),
      );
      const { findings } = await inspect(token);
      const outcomes = Object.fromEntries(
        findings.map(({ check, outcome }) => [check, outcome.kind]),
      );
      expect(outcomes).toMatchObject({
        "issued-at": "refused",
        expiry: "ok",
        "issued-before-now": "not-reached",
        order: "not-reached",
        lifetime: "not-reached",
        "not-expired": "refused",
        "hosted-domain-form": "ok",
      });
    });

    it("then a malformed header skips the keys, but the claims are checked", async () => {
      google.clearRequests();
      const token = await google.idToken({
        ...header({ alg: "none", typ: 1 }),
        ...claims({ aud: "y" }),
      });
      expect(await refusals(token)).toEqual([
        "algorithm: algorithm_not_allowed",
        "type: type_not_allowed",
        "audience: wrong_audience",
      ]);
      expect(google.requestCount()).toBe(0);
    });
  });

  describe("when any two faults are combined", () => {
    const mixable = faults.filter(
      ([named]) => !/^(?:size|header|payload|key|signature):/.test(named),
    );
    const pairs = mixable.flatMap(([one, first], index) =>
      mixable
        .slice(index + 1)
        .map(([other, second]) => ({ one, other, first, second })),
    );
    it("then the first refusal is the verifier's, and there are no others than the two", async () => {
      for (const { one, other, first, second } of pairs) {
        const [a, b] = [first(), second()];
        const token = await google.idToken({
          ...{ ...a, ...b },
          claims: { ...a.claims, ...b.claims },
          header: { ...a.header, ...b.header },
        });
        const told = await refusals(token);
        expect([one, other]).toEqual(expect.arrayContaining(told));
        const isFirst = told[0]?.endsWith(`: ${await verdict(token)}`);
        expect({ one, other, told, isFirst }).toMatchObject({ isFirst: true });
      }
    });
  });

  describe("when Google's keys are unavailable", () => {
    it("then the keys are unchecked, without a refusal", async () => {
      const options = {
        clients: [{ id: google.clientIds[0] }],
        certsUrl: `${google.url}/nowhere`,
        clockSkewSeconds: 60,
      };
      const { findings } = await inspectIdToken(
        await google.idToken(),
        {
          clientIds: new Set(google.clientIds),
          clockSkewSeconds: 60,
          nowSeconds: now(),
        },
        new GoogleSigningKeys(options, clock),
      );
      expect(findings.map(({ outcome }) => outcome.kind)).not.toContain(
        "refused",
      );
      expect(
        findings.find(({ check }) => check === "signature")?.outcome,
      ).toEqual({ kind: "not-checked" });
    });
  });

  describe("when it is not a token", () => {
    it.each(["", ".", "..", "a.b.c", "\u0000", "x".repeat(9000)])(
      "then %j is refused as malformed",
      async (text) => {
        const { findings, identity, claims } = await inspect(text);
        const first = findings.find(
          ({ outcome }) => outcome.kind === "refused",
        );
        expect(first?.outcome).toMatchObject({ reason: await verdict(text) });
        expect([identity, claims]).toEqual([null, null]);
      },
    );
  });
});
