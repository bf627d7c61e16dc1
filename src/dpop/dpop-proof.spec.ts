import { DpopClient } from "../../test/support/dpop-client";
import { AuthError } from "../common/auth-error";
import { readDpopProof } from "./dpop-proof";

const url = "https://auth.corp.example/oauth/token";
const client = new DpopClient();

function reasonAgainst(proof: string): string | undefined {
  try {
    readDpopProof(proof);
  } catch (error) {
    if (error instanceof AuthError && error.code === "invalid_dpop_proof") {
      return error.reason;
    }
    throw error;
  }
  return undefined;
}

const base64url = (text: string | Uint8Array) =>
  Buffer.from(text).toString("base64url");
const good = client.proof({ url });
const [header = "", payload = "", signature = ""] = good.split(".");
const goodHeader = JSON.stringify({
  typ: "dpop+jwt",
  alg: "ES256",
  jwk: client.jwk,
});
const goodPayload = JSON.stringify({
  ...{ jti: "1", htm: "POST", htu: url, iat: 1 },
});

describe("readDpopProof", () => {
  it("reads the example of RFC 9449 §4.2", () => {
    const example = [
      "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19",
      "eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ",
      "2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg",
    ].join(".");
    expect(readDpopProof(example)).toEqual({
      thumbprint: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
      id: "-BwC3ESc6acc2lTc",
      method: "POST",
      url: "https://server.example.com/token",
      issuedAt: 1562262616,
    });
  });

  it.each(["ES256", "RS256", "EdDSA"] as const)(
    "reads a proof with %s",
    (alg) => {
      const other = new DpopClient(alg);
      const proof = other.proof({
        url,
        token: "abc",
        nonce: "n-1",
        issuedAt: 1_763_700_000,
      });
      expect(readDpopProof(proof)).toEqual({
        thumbprint: other.thumbprint,
        id: expect.any(String) as string,
        method: "POST",
        url,
        issuedAt: 1_763_700_000,
        accessTokenHash: "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
        nonce: "n-1",
      });
    },
  );

  describe("when it is not a compact JWS", () => {
    it.each([
      ["nothing", "", "malformed_proof"],
      ["dots", "..", "malformed_proof"],
      ["two segments", `${header}.${payload}`, "malformed_proof"],
      ["four segments", `${good}.x`, "malformed_proof"],
      ["a JWE", `${good}.x.y`, "malformed_proof"],
      ["no signature", `${header}.${payload}.`, "malformed_proof"],
      ["two proofs in one header", `${good}, ${good}`, "malformed_proof"],
      ["surrounding spaces", ` ${good}`, "malformed_header"],
      ["padding", `${header}=.${payload}.${signature}`, "malformed_header"],
      ["5 kB", "a".repeat(5000), "proof_too_large"],
      [
        "another encoding of the signature",
        `${header}.${payload}.${signature.slice(0, -1)}${respelled(signature)}`,
        "malformed_signature",
      ],
    ])("refuses %s", (_what, proof, reason) => {
      expect(reasonAgainst(proof)).toBe(reason);
    });
  });

  describe("when the signature does not match the key in the header", () => {
    it.each([
      ["by another key", client.proof({ url, signWith: new DpopClient() })],
      ["all zero", `${header}.${payload}.${base64url(Buffer.alloc(64))}`],
      [
        "in DER, as in TLS",
        `${header}.${payload}.${base64url(Buffer.from("3006020101020101", "hex"))}`,
      ],
      [
        "of another proof",
        `${header}.${payload}.${client.proof({ url }).split(".")[2]}`,
      ],
      [
        "by an RSA key",
        client.proof({ url, signWith: new DpopClient("RS256") }),
      ],
    ])("refuses a signature that is %s", (_what, proof) => {
      expect(reasonAgainst(proof)).toBe("bad_signature");
    });
  });

  describe("when the header is invalid", () => {
    it.each<[string, Record<string, unknown>, string]>([
      ["no typ", { typ: undefined }, "type_not_allowed"],
      ["the typ of an access token", { typ: "at+jwt" }, "type_not_allowed"],
      ["typ in another case", { typ: "DPoP+JWT" }, "type_not_allowed"],
      ["typ in a list", { typ: ["dpop+jwt"] }, "type_not_allowed"],
      ["alg none", { alg: "none" }, "algorithm_not_allowed"],
      ["an HMAC", { alg: "HS256" }, "algorithm_not_allowed"],
      ["no key", { jwk: undefined }, "key_missing"],
      ["a private key", { jwk: { ...client.jwk, d: "AQ" } }, "key_is_private"],
      ...["crit", "jku", "x5u", "x5c", "zip", "b64"].map(
        (name): [string, Record<string, unknown>, string] => [
          name,
          { [name]: ["x"] },
          "header_not_allowed",
        ],
      ),
    ])("refuses %s", (_what, change, reason) => {
      expect(reasonAgainst(client.proof({ url, header: change }))).toBe(reason);
    });

    it.each([
      ["a list", "[]", "malformed_header"],
      ["null", "null", "malformed_header"],
      ["a truncated object", '{"typ":', "malformed_header"],
      [
        "a duplicate member",
        goodHeader.replace("{", '{"alg":"none",'),
        "duplicate_member",
      ],
      [
        "a duplicate member of the key",
        goodHeader.replace('"kty"', '"x":"","kty"'),
        "duplicate_member",
      ],
    ])("refuses %s", (_what, text, reason) => {
      expect(reasonAgainst(client.signed(text, goodPayload))).toBe(reason);
    });
  });

  describe("when the claims are invalid", () => {
    it.each<[string, Record<string, unknown>]>([
      ["no jti", { jti: undefined }],
      ["an empty jti", { jti: "" }],
      ["a number as jti", { jti: 1 }],
      ["a jti of 257 characters", { jti: "x".repeat(257) }],
      ["no htm", { htm: undefined }],
      ["a list as htm", { htm: ["POST"] }],
      ["no htu", { htu: undefined }],
      [
        "an htu of more than 2 kB",
        { htu: `https://a.example/${"x".repeat(2050)}` },
      ],
      ["no iat", { iat: undefined }],
      ["a string as iat", { iat: "1763700000" }],
      ["a fraction as iat", { iat: 1763700000.5 }],
      ["null as iat", { iat: null }],
      ["a number as ath", { ath: 1 }],
      ["null as nonce", { nonce: null }],
      ["an empty nonce", { nonce: "" }],
    ])("refuses %s", (_what, claims) => {
      expect(reasonAgainst(client.proof({ url, claims }))).toBe(
        "claims_invalid",
      );
    });

    it("accepts a jti of 256 characters", () => {
      const claims = { jti: "x".repeat(256) };
      expect(reasonAgainst(client.proof({ url, claims }))).toBeUndefined();
    });

    it.each([
      ["a string", '"x"', "malformed_payload"],
      [
        "a duplicate claim",
        goodPayload.replace("{", '{"jti":"2",'),
        "duplicate_member",
      ],
    ])("refuses %s", (_what, text, reason) => {
      expect(reasonAgainst(client.signed(goodHeader, text))).toBe(reason);
    });
  });
});

/** Changes the unused bits in the last character of a segment. */
function respelled(segment: string): string {
  const alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(segment.at(-1) ?? "") ^ 1] ?? "";
}
