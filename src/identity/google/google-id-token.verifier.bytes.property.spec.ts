import { sign } from "node:crypto";
import fc from "fast-check";
import { anyText } from "../../../test/support/id-token.arbitraries";
import {
  byteEdits,
  respellings,
  segmentEdits,
} from "../../../test/support/id-token.mutations";
import {
  propertyTimeoutMilliseconds,
  runs,
} from "../../../test/support/extent";
import { TwoVerifiers } from "../../../test/support/two-verifiers";

jest.setTimeout(propertyTimeoutMilliseconds);

let verifiers: TwoVerifiers;
let header: string;
let payload: string;
let goodToken: string;

/** Signs the segments unchanged with Google's key. */
function signedAsTheyAre(segments: readonly string[]): string {
  const input = segments.slice(0, 2).join(".");
  const { privateKey } = verifiers.google.keys.current;
  const signature = sign("RSA-SHA256", Buffer.from(input), privateKey);
  return `${input}.${signature.toString("base64url")}`;
}

/** Texts that are slow to parse with careless parsers; all are truncated. */
const labyrinths = [
  ...["[", "{", '{"a":', '[{"a":', '"', "\\", '\\"', '"a":', '"a" ', " ", "\n"],
  ...["{}", "[],", '{"a":1},', "0", "1e", "-", "\\u0000", "\u00e9", "😀", ":"],
  ...['":', '" :', '"\n\t ', "null,", '"a",', "\0", "\u202e", "a@", "@"],
];

/** The shortest of three measurements, which excludes disturbances. */
async function leastMilliseconds(token: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const started = performance.now();
    await verifiers.productVerdict(token);
    times.push(performance.now() - started);
  }
  return Math.min(...times);
}

beforeAll(async () => {
  verifiers = await TwoVerifiers.start();
  // With many free-form claims, so not every change invalidates it.
  goodToken = await verifiers.google.idToken({
    account: "workspace",
    nonce: "n-0S6_WzA2Mj",
    header: { x5t: "R0lG".repeat(30), cty: { of: ["a", 1, null] } },
    claims: { amr: ["pwd", { mfa: true }], at_hash: "9abJdsr5".repeat(20) },
  });
  [header = "", payload = ""] = goodToken
    .split(".")
    .map((segment) => Buffer.from(segment, "base64url").toString());
});

afterAll(() => verifiers.stop());

describe("GoogleIdTokenVerifier, compared with the reference,", () => {
  describe("when a valid token is changed", () => {
    it("agrees on any change of its text", async () => {
      expect(await verifiers.agreeOn(goodToken)).toBe("accepted");
      await fc.assert(
        fc.asyncProperty(respellings, async (respell) => {
          await verifiers.agreeOn(respell(goodToken));
        }),
        runs(4000),
      );
      verifiers.expectSeen("accepted", "invalid_token");
    });

    it("agrees on any change of a segment", async () => {
      await fc.assert(
        fc.asyncProperty(segmentEdits, async (edit) => {
          await verifiers.agreeOn(edit(goodToken.split(".")).join("."));
        }),
        runs(4000),
      );
      verifiers.expectSeen("invalid_token");
    });
  });

  describe("when Google signs something unusual", () => {
    it("agrees on any bytes as the header", async () => {
      await fc.assert(
        fc.asyncProperty(byteEdits, async (edit) => {
          const rawHeader = edit(Buffer.from(header));
          await verifiers.agreeOn(
            await verifiers.google.idToken({ rawHeader, rawPayload: payload }),
          );
        }),
        runs(6000),
      );
      verifiers.expectSeen("accepted", "invalid_token");
    });

    it("agrees on any bytes as the payload", async () => {
      await fc.assert(
        fc.asyncProperty(byteEdits, async (edit) => {
          const rawPayload = edit(Buffer.from(payload));
          await verifiers.agreeOn(
            await verifiers.google.idToken({ rawHeader: header, rawPayload }),
          );
        }),
        runs(6000),
      );
      verifiers.expectSeen("accepted", "invalid_token");
    });

    it("agrees on any base64url encoding of both", async () => {
      await fc.assert(
        fc.asyncProperty(segmentEdits, async (edit) => {
          const segments = edit(goodToken.split("."));
          await verifiers.agreeOn(signedAsTheyAre(segments));
        }),
        runs(4000),
      );
      verifiers.expectSeen("accepted", "invalid_token");
    });
  });

  describe("when it is not a token", () => {
    it("agrees on any text, of any length", async () => {
      const segment = fc.oneof(
        fc.base64String().map((text) => text.replaceAll("=", "")),
        fc.uint8Array().map((b) => Buffer.from(b).toString("base64url")),
        fc.json().map((text) => Buffer.from(text).toString("base64url")),
        fc.constantFrom(...goodToken.split("."), ""),
        anyText,
      );
      const text = fc.oneof(
        anyText,
        fc
          .array(segment, { minLength: 1, maxLength: 5 })
          .map((segments) => segments.join(".")),
        fc
          .tuple(fc.constantFrom(...labyrinths, ".", "e30.", "A"), fc.nat(9000))
          .map(([part, length]) => part.repeat(length).slice(0, length)),
      );
      await fc.assert(
        fc.asyncProperty(text, async (token) => {
          await verifiers.agreeOn(token);
        }),
        runs(4000),
      );
      verifiers.expectSeen("invalid_token");
    });

    it("needs no more time for a pathological text than for a token of its size", async () => {
      const maze = fc.tuple(
        fc.constantFrom(...labyrinths),
        fc.constantFrom(...labyrinths, ""),
        fc.integer({ min: 1000, max: 5500 }),
      );
      const { iss, aud, sub, iat, exp } = JSON.parse(payload) as object & {
        [claim: string]: unknown;
      };
      const claims = JSON.stringify({ iss, aud, sub, iat, exp }).slice(0, -1);
      const frame = fc.constantFrom<[string, string][]>(
        ["", ""],
        ["[", "]"],
        ['{"a":', "}"],
        [`${claims},"a":"`, '"}'],
        [`${claims},"a":[`, "]}"],
        [`${claims},"email":"`, '"}'],
        [`${claims},"picture":"https://`, '"}'],
        [`${claims},"jti":"`, '"}'],
      );
      await fc.assert(
        fc.asyncProperty(maze, frame, async ([one, other, length], around) => {
          const part = one + other;
          const middle = part.repeat(length / part.length);
          const token = await verifiers.google.idToken({
            rawHeader: header,
            rawPayload: around.join(middle),
          });
          await verifiers.agreeOn(token);
          expect(await leastMilliseconds(token)).toBeLessThan(50);
        }),
        runs(600),
      );
      verifiers.expectSeen("accepted", "invalid_token");
    });
  });
});
