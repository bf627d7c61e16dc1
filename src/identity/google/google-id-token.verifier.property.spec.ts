import fc from "fast-check";
import {
  anyJson,
  anyText,
  goodClaims,
  near,
  spelled,
  whims,
} from "../../../test/support/id-token.arbitraries";
import { JsonWriter } from "../../../test/support/json-writer";
import {
  propertyTimeoutMilliseconds,
  runs,
} from "../../../test/support/extent";
import {
  clockSkewSeconds,
  nowSeconds,
  TwoVerifiers,
} from "../../../test/support/two-verifiers";

jest.setTimeout(propertyTimeoutMilliseconds);

/** A member of an object as JSON; an empty value omits it. */
type Change = [name: string, value: string];
type Members = readonly Change[];

let verifiers: TwoVerifiers;
let clientIds: readonly string[];
/** Claims of a valid token. */
let claims: fc.Arbitrary<Record<string, unknown>>;
/** The header that Google would send. */
let goodHeader: string;

/** Makes Google sign exactly this header and this payload. */
function signed(rawHeader: string, rawPayload: string): Promise<string> {
  return verifiers.google.idToken({ rawHeader, rawPayload });
}

/** The members as JSON, with some omitted, replaced or added. */
function objectOf(members: Members, changes: Members): string {
  const left = new Map(members);
  const added: string[] = [];
  for (const [name, value] of changes) {
    if (value === "") left.delete(name);
    else if (left.has(name)) left.set(name, value);
    else added.push(`${JSON.stringify(name)}:${value}`);
  }
  const kept = [...left].map(([name, value]) => `"${name}":${value}`);
  return `{${[...kept, ...added].join(",")}}`;
}

/** A number near a limit, in any notation, valid JSON or not. */
const numberText = fc
  .tuple(
    near(
      ...[nowSeconds, nowSeconds + clockSkewSeconds, nowSeconds - 3600],
      ...[nowSeconds - clockSkewSeconds, nowSeconds + 3600, nowSeconds + 7200],
      ...[0, 2 ** 31, 2 ** 53, nowSeconds * 1000, 161_803_398_874],
    ),
    fc.constantFrom<((n: number) => string)[]>(
      ...[String, String, String, String, (n: number) => `${n}.0`],
      ...[(n: number) => `${n}.5`, (n: number) => `${n / 1000}e3`],
      ...[(n: number) => `${n}E+0`, (n: number) => `${n * 100}e-2`],
      ...[(n: number) => `-${n}`, (n: number) => `"${n}"`],
      ...[(n: number) => `[${n}]`, (n: number) => `0${n}`],
      ...[(n: number) => `+${n}`, (n: number) => `${n}e400`],
      ...[(n: number) => `${n}.`, (n: number) => `.${n}`],
      ...[
        (n: number) => `${n}e-400`,
        (n: number) => `${n}00000000000000000000`,
      ],
      ...[(n: number) => `0x${n.toString(16)}`, () => "NaN", () => "-0"],
      ...[() => "Infinity", () => "1e3", () => "1.0", () => "9".repeat(400)],
    ),
  )
  .map(([n, notation]) => notation(n));

/** Values of each claim that are just valid or just invalid. */
function candidates(): Record<string, readonly unknown[]> {
  const [web = "", ios = ""] = clientIds;
  const issuer = "https://accounts.google.com";
  const robot = "robot@project.iam.gserviceaccount.com";
  const client = [
    ...[web, ios, web.toUpperCase(), ` ${web}`, `${web},${ios}`, "", [web]],
    ...[[web, ios], { 0: web }, "999-other.apps.googleusercontent.com", null],
  ];
  const latest = nowSeconds + clockSkewSeconds;
  const ended = nowSeconds - clockSkewSeconds;
  const long = (letter: string, length: number) => letter.repeat(length);
  return {
    iss: [
      ...[issuer, "accounts.google.com", `${issuer}/`, issuer.toUpperCase()],
      ...["http://accounts.google.com", `${issuer}\u0000`, [issuer], "", null],
    ],
    aud: client,
    azp: [
      ...client,
      ...["110169484474386276334", robot, robot.toUpperCase(), [robot]],
    ],
    sub: [
      ...["110169484474386276334", "~", "!", long("x", 255), long("x", 256)],
      ...["", " ", "a b", "1\n", "\u007f", "é", 110169484474386, ["1"], null],
    ],
    email: [
      ...["a@gmail.com", "a@GMAIL.COM", "a@b", "a@b@c", "@b", "a@", "a", ""],
      ...["a b@c", "a@b\n", "a@\u202eb", "a@b\ufeff", "a\u0000@b", null, 1],
      ...[robot, "R@Project.IAM.GServiceAccount.COM", `${robot}.example`],
      ...[`${robot} `, `a@${robot}`, [robot], "a@gserviceaccount.com"],
      ...[`${long("a", 318)}@b`, `${long("a", 319)}@b`, ["a@gmail.com"]],
    ],
    email_verified: [true, false, "true", 1, null, [true]],
    hd: [
      ...["corp.example", "Corp.EXAMPLE", "corp example", "corp.example\n", ""],
      ...["K.example", long("d", 253), long("d", 254), ["a.b"], null, 1],
    ],
    nonce: [
      ...["", "n", long("n", 512), long("n", 513), "n\u0000", "n\ud800", "n\n"],
      ...[null, 1, ["n"]],
    ],
    picture: [
      ...["https://a/b", "HTTPS://a/b", "http://a", "https:a", "https://", 1],
      ...["https://a b", " https://a", "https://a:99999/", "https://ü.example"],
      ...["https://a/".padEnd(2048, "a"), "https://a/".padEnd(2049, "a"), []],
    ],
    iat: [nowSeconds, latest, latest + 1, nowSeconds - 7200, 1, 0, null],
    exp: [nowSeconds, ended, ended - 1, ended + 1, 0, null],
    nbf: [nowSeconds, latest, latest + 1, 1, 0, null],
    events: [{}, null, []],
  };
}

/** The JSON text of any value. */
const anything = fc.oneof(
  spelled(anyJson),
  spelled(anyText),
  numberText,
  fc.constant('{"__proto__":{"sub":"1"}}'),
);

beforeAll(async () => {
  verifiers = await TwoVerifiers.start();
  clientIds = verifiers.google.clientIds;
  claims = goodClaims(clientIds);
  const { kid } = verifiers.google.keys.current;
  goodHeader = JSON.stringify({ alg: "RS256", kid, typ: "JWT" });
});

afterAll(() => verifiers.stop());

describe("GoogleIdTokenVerifier, compared with the reference,", () => {
  it("returns the same identity for any valid claims in any notation", async () => {
    const typ = fc.constantFrom("JWT", "jwt", "Jwt", undefined);
    await fc.assert(
      fc.asyncProperty(claims, typ, whims, async (good, type, choices) => {
        const { kid } = verifiers.google.keys.current;
        const writer = new JsonWriter(choices);
        const header = { alg: "RS256", kid, ...(type && { typ: type }) };
        const token = await signed(writer.write(header), writer.write(good));
        const isSmall = token.length <= 8192;
        expect(await verifiers.agreeOn(token)).toBe(
          isSmall ? "accepted" : "invalid_token",
        );
      }),
      runs(3000),
    );
    verifiers.expectSeen("accepted");
  });

  it("agrees on any claim that is replaced, added, duplicated or omitted", async () => {
    const change = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.oneof(
          ...Object.entries(candidates()).map(([name, values]) =>
            fc
              .constantFrom(...values)
              .map((value): Change => [name, JSON.stringify(value)]),
          ),
        ),
      },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constantFrom("iat", "exp", "nbf"), numberText),
      },
      {
        weight: 2,
        arbitrary: fc.tuple(
          fc.constantFrom(
            ...Object.keys(candidates()),
            ...["jti", "__proto__", "constructor", "Aud", "aud "],
          ),
          fc.oneof(anything, fc.constant("")),
        ),
      },
    );
    const changes = fc
      .array(change, { minLength: 1, maxLength: 3 })
      // Not both, because the product and the reference check them in different
      // order.
      .filter((edits) => {
        const names = edits.map(([changed]) => changed);
        return !names.includes("hd") || !/iat|exp/.test(names.join());
      });
    const twice = fc.oneof(
      { weight: 15, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: change.filter(([name]) => name !== "hd") },
    );
    await fc.assert(
      fc.asyncProperty(claims, changes, twice, async (good, edits, again) => {
        const members = Object.entries(good).map(
          ([member, content]): Change => [
            JSON.stringify(member).slice(1, -1),
            JSON.stringify(content),
          ],
        );
        const payload = objectOf(members, edits);
        const end = again ? `,"${again[0]}":${again[1]}}` : "}";
        const token = await signed(goodHeader, payload.slice(0, -1) + end);
        await verifiers.agreeOn(token);
      }),
      runs(8000),
    );
    verifiers.expectSeen(
      ...(["accepted", "invalid_token"] as const),
      ...(["token_expired", "service_account_not_allowed"] as const),
    );
  });

  it("agrees on any header", async () => {
    const { keys } = verifiers.google;
    const foreign = await keys.foreign();
    const key = fc.constantFrom(
      ...[keys.current, keys.current, keys.next, keys.previous, foreign],
    );
    const name = fc.constantFrom(
      ...["alg", "kid", "typ", "crit", "jwk", "jku", "x5u", "x5c", "zip"],
      ...["b64", "cty", "x5t", "__proto__", "Alg", "CRIT", "kid "],
    );
    const value = fc.oneof(
      fc
        .constantFrom<unknown[]>(
          ...["RS256", "rs256", "RS512", "HS256", "none", "PS256", "ES256"],
          ...["JWT", "jwt", "jWt", "at+jwt", "JWT ", "application/jwt", "JWE"],
          ...keys.published.map(({ kid }) => kid),
          ...keys.published.map(({ kid }) => kid.toUpperCase()),
          ...[foreign.kid, [keys.current.kid], "k".repeat(129), "", null, true],
          ...["http://127.0.0.1:1/keys", foreign.jwk, [foreign.certificatePem]],
          ...["RS256\u0000", ["RS256"], 256, {}, ["exp"], false, "DEF"],
        )
        .map((one) => JSON.stringify(one)),
      anything,
      fc.constant(""),
    );
    const changes = fc.array(fc.tuple(name, value), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(claims, key, changes, async (good, signer, edits) => {
        const members: Members = [
          ["alg", '"RS256"'],
          ["kid", JSON.stringify(signer?.kid)],
          ["typ", '"JWT"'],
        ];
        const token = await verifiers.google.idToken({
          key: signer,
          rawHeader: objectOf(members, edits),
          rawPayload: JSON.stringify(good),
        });
        await verifiers.agreeOn(token);
      }),
      runs(4000),
    );
    verifiers.expectSeen("accepted", "invalid_token");
  });
});
