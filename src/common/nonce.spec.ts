import { createHash } from "node:crypto";
import { nonceAgrees } from "./nonce";

const nonce = "n-0S6_WzA2Mj";
const sha256 = (encoding: "hex" | "base64url" | "base64") =>
  createHash("sha256").update(nonce).digest(encoding);

describe("nonceAgrees", () => {
  it.each([
    ["unchanged", nonce],
    ["as its SHA-256 in hex", sha256("hex")],
    ["as its SHA-256 in base64url", sha256("base64url")],
  ])("accepts the nonce %s", (_spelling, signed) => {
    expect(nonceAgrees(signed, nonce)).toBe(true);
  });

  it.each([
    ["none", null],
    ["an empty one", ""],
    ["another nonce", "n-0S6_WzA2Mk"],
    ["a longer nonce", `${nonce}x`],
    ["the nonce in another case", nonce.toUpperCase()],
    ["its SHA-256 in upper case", sha256("hex").toUpperCase()],
    ["its SHA-256 with padding", sha256("base64")],
  ])("refuses %s in the token", (_what, signed) => {
    expect(nonceAgrees(signed, nonce)).toBe(false);
  });
});
