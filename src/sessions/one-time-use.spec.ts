import { createHash } from "node:crypto";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { nonceDigest, type OneTimeRules, oneTimeUseOf } from "./one-time-use";

const digestOfToken = createHash("sha256").update("token").digest();
const nonce = "Zx0q3Jm5-_Yw7Jm5Zx0q3Jm5Yw7Jm5Zx0q3Jm5Yw7Jm";
const sha256 = createHash("sha256").update(nonce);

function useOf(signed: string | null, rules: Partial<OneTimeRules> = {}) {
  const identity = {
    nonce: signed,
    expiresAt: 1_763_703_600,
    tokenDigest: digestOfToken.toString("base64url"),
  } as VerifiedIdentity;
  return oneTimeUseOf(identity, {
    nonce: "optional",
    idToken: "reusable",
    ...rules,
  });
}

describe("what a sign-in uses up", () => {
  it("is nothing for a reusable token without a nonce", () => {
    expect(useOf(null)).toBeNull();
  });

  it("is the token and its expiry when tokens sign in once", () => {
    expect(useOf(null, { idToken: "once" })).toEqual({
      nonceDigests: [],
      nonceRequired: false,
      token: {
        digest: digestOfToken,
        expiresAt: new Date("2025-11-21T05:40:00Z"),
      },
    });
  });

  it("asks for a nonce that is not there when nonces are required", () => {
    expect(useOf(null, { nonce: "required" })).toMatchObject({
      nonceDigests: [],
      nonceRequired: true,
      token: null,
    });
  });

  it.each([
    ["as it was given out", nonce],
    ["as its SHA-256 in hex", sha256.copy().digest("hex")],
    [
      "as its SHA-256 in upper-case hex",
      sha256.copy().digest("hex").toUpperCase(),
    ],
    ["as its SHA-256 in base64url", sha256.copy().digest("base64url")],
    [
      "as its SHA-256 in padded base64url",
      `${sha256.copy().digest("base64url")}=`,
    ],
  ])("knows the nonce %s", (_form, signed) => {
    const known = useOf(signed)?.nonceDigests.map((digest) =>
      digest.toString("hex"),
    );
    expect(known).toContain(nonceDigest(nonce).toString("hex"));
  });

  it("knows a short nonce of an SDK's own by its digest only", () => {
    expect(useOf("n-0S6_WzA2Mj")?.nonceDigests).toHaveLength(1);
  });
});
