import { AuthError } from "../../common/auth-error";
import { maxIdTokenBytes, parseIdToken } from "./id-token.parser";

const goodHeader = '{"alg":"RS256","kid":"k1","typ":"JWT"}';
const goodPayload = '{"iss":"https://accounts.google.com","sub":"1"}';
const goodSignature = "c2lnbmF0dXJl";

function encode(content: string | Buffer): string {
  return Buffer.from(content).toString("base64url");
}

function tokenOf(
  parts: { header?: string | Buffer; payload?: string | Buffer } = {},
): string {
  const { header = goodHeader, payload = goodPayload } = parts;
  return `${encode(header)}.${encode(payload)}.${goodSignature}`;
}

/** The valid header with changes; undefined omits a member. */
function headerWith(members: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ alg: "RS256", kid: "k1", typ: "JWT", ...members });
}

function refusalOf(token: string): AuthError {
  try {
    parseIdToken(token);
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
  throw new Error("The token was accepted");
}

function expectRefusal(token: string, reason: string): void {
  const error = refusalOf(token);
  expect(error).toMatchObject({ code: "invalid_token", reason });
  // Compares the whole message, so it cannot contain a part of the token.
  expect(error.message).toBe(`invalid_token: ${reason}`);
  expect(error.cause).toBeUndefined();
}

/**
 * Sets the unused bits of the last character: another encoding of the same
 * bytes.
 */
function respelled(segment: string): string {
  const alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(segment.slice(-1));
  const other = `${segment.slice(0, -1)}${alphabet.charAt(last + 1)}`;
  const [bytes, same] = [segment, other].map((s) =>
    Buffer.from(s, "base64url"),
  );
  expect(same).toEqual(bytes);
  return other;
}

describe("parseIdToken", () => {
  describe("when the token is well formed", () => {
    it("returns the key id and the claims unchanged", () => {
      const payload = '{"sub":"1","aud":"a","extra":{"deep":[1,null,true]}}';
      expect(parseIdToken(tokenOf({ payload }))).toEqual({
        keyId: "k1",
        claims: { sub: "1", aud: "a", extra: { deep: [1, null, true] } },
      });
    });

    it("accepts an empty object", () => {
      expect(parseIdToken(tokenOf({ payload: "{}" })).claims).toEqual({});
      expectRefusal(tokenOf({ header: "{}" }), "algorithm_not_allowed");
    });

    it.each([undefined, "JWT", "jwt", "Jwt"])("accepts typ %j", (typ) => {
      const token = tokenOf({ header: headerWith({ typ }) });
      expect(parseIdToken(token).keyId).toBe("k1");
    });

    it.each(["../../etc/passwd", "__proto__", "K\u0000", "k".repeat(128)])(
      "returns the key id %j unchanged",
      (kid) => {
        const token = tokenOf({ header: headerWith({ kid }) });
        expect(parseIdToken(token).keyId).toBe(kid);
      },
    );

    it("ignores header members without an effect", () => {
      const token = tokenOf({ header: headerWith({ cty: "x", foo: {} }) });
      expect(parseIdToken(token).keyId).toBe("k1");
    });

    it("keeps a __proto__ member from changing any prototype", () => {
      const payload = '{"__proto__":{"role":"admin"},"sub":"1"}';
      const { claims } = parseIdToken(tokenOf({ payload }));
      expect(claims.role).toBeUndefined();
      expect(({} as Record<string, unknown>).role).toBeUndefined();
    });
  });

  describe("when the header is not Google's", () => {
    const otherAlgorithms = "none None nOnE NONE HS256 ES256 RS512 PS256 rs256";
    it.each([
      ...[...otherAlgorithms.split(" "), "RS256 ", ""],
      ...[null, 256, ["RS256"], undefined],
    ])("refuses alg %j", (alg) => {
      const token = tokenOf({ header: headerWith({ alg }) });
      expectRefusal(token, "algorithm_not_allowed");
    });

    it.each([undefined, "", null, 1, true, ["k1"], {}, "k".repeat(129)])(
      "refuses kid %j",
      (kid) => {
        const token = tokenOf({ header: headerWith({ kid }) });
        expectRefusal(token, "key_id_invalid");
      },
    );

    it.each(["", null, 1, ["JWT"], "at+jwt", "secevent+jwt", "JWT ", "JWE"])(
      "refuses typ %j",
      (typ) => {
        const token = tokenOf({ header: headerWith({ typ }) });
        expectRefusal(token, "type_not_allowed");
      },
    );

    it.each([
      ["crit", ["exp"]],
      ["crit", []],
      ["crit", null],
      ["jwk", { kty: "RSA", n: "AQ", e: "AQAB" }],
      ["jku", "http://127.0.0.1:1/keys"],
      ["x5u", "http://127.0.0.1:1/chain"],
      ["x5c", ["MIIB"]],
      ["zip", "DEF"],
      ["b64", false],
    ])("refuses the member %s with %j", (name, value) => {
      const token = tokenOf({ header: headerWith({ [name]: value }) });
      expectRefusal(token, "header_not_allowed");
    });
  });

  describe("when it does not have three segments", () => {
    const part = encode(goodHeader);
    it.each([
      ["one segment", "token"],
      ["two segments", `${part}.${part}`],
      ["four segments", `${tokenOf()}.${part}`],
      ["five segments, as a JWE", `${tokenOf()}.${part}.${part}`],
      ["a trailing dot", `${tokenOf()}.`],
      ["only dots", ".."],
      ["no header", `.${part}.${part}`],
      ["no payload", `${part}..${part}`],
      ["no signature", `${part}.${part}.`],
      ["a JWS in JSON", '{"payload":"e30","signatures":[]}'],
    ])("refuses %s", (_what, token) => {
      expectRefusal(token, "malformed_token");
    });
  });

  describe("when it is larger than any of Google's", () => {
    const tokenOfLength = (length: number) => tokenOf().padEnd(length, "A");

    it("accepts the largest size", () => {
      expect(parseIdToken(tokenOfLength(maxIdTokenBytes)).keyId).toBe("k1");
    });

    it("refuses one more character of any kind", () => {
      expectRefusal(tokenOfLength(maxIdTokenBytes + 1), "token_too_large");
      expectRefusal(".".repeat(maxIdTokenBytes + 1), "token_too_large");
    });

    it("refuses deep nesting without a stack overflow", () => {
      const payload = "[".repeat(6000);
      expectRefusal(tokenOf({ payload }), "malformed_payload");
    });
  });

  describe.each([
    [0, "malformed_header"],
    [1, "malformed_payload"],
    [2, "malformed_signature"],
  ])("when segment %i is not canonical base64url", (index, reason) => {
    // Each segment has unused bits in its last character.
    const segments = `${encode(goodHeader)}.${encode('{"a":""}')}.c2lnbg`;
    const tokenWith = (change: (segment: string) => string) =>
      segments
        .split(".")
        .map((segment, i) => (i === index ? change(segment) : segment))
        .join(".");

    it("accepts the segment unchanged", () => {
      expect(parseIdToken(segments).keyId).toBe("k1");
    });

    it.each([...'= +/éＡ\n\t\0"', "==", "\r\n"])(
      "refuses %j after it",
      (extra) =>
        expectRefusal(
          tokenWith((text) => text + extra),
          reason,
        ),
    );

    it.each([" ", "\n", "\ufeff", '"', "Bearer "])(
      "refuses %j before it",
      (extra) =>
        expectRefusal(
          tokenWith((text) => extra + text),
          reason,
        ),
    );

    it("refuses a space inside it", () => {
      const token = tokenWith((s) => `${s.slice(0, 3)} ${s.slice(3)}`);
      expectRefusal(token, reason);
    });

    it("refuses another encoding of its last character", () => {
      expectRefusal(tokenWith(respelled), reason);
    });

    it("refuses a single trailing character", () => {
      expectRefusal(
        tokenWith(() => "AAAAA"),
        reason,
      );
    });
  });

  describe.each(["header", "payload"] as const)(
    "when the %s is not a JSON object in UTF-8",
    (part) => {
      const good = part === "header" ? goodHeader : goodPayload;

      it.each([
        ["null", "null"],
        ["a list", "[]"],
        ["a string", '"x"'],
        ["a number", "1"],
        ["an open object", "{"],
        ["an object and more", `${good}x`],
        ["a trailing comma", good.replace("}", ",}")],
        ["single quotes", good.replaceAll('"', "'")],
        ["NaN", good.replace("{", '{"n":NaN,')],
        ["a comment", `${good}/* */`],
        ["a byte order mark", `\ufeff${good}`],
        ["UTF-16", Buffer.from(good, "utf16le")],
      ])("refuses %s", (_what, content) => {
        expectRefusal(tokenOf({ [part]: content }), `malformed_${part}`);
      });

      it.each(["ff", "c080", "eda080", "e282", "f8888080"])(
        "refuses the bytes %s, which are not UTF-8",
        (hex) => {
          const content = Buffer.concat([
            Buffer.from('{"alg":"RS256","kid":"k1","name":"'),
            Buffer.from(hex, "hex"),
            Buffer.from('"}'),
          ]);
          expectRefusal(tokenOf({ [part]: content }), `malformed_${part}`);
        },
      );
    },
  );
});
