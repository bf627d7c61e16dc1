import { createHash } from "node:crypto";
import { nonceAgrees } from "./nonce";

const nonce = "n-0S6_WzA2Mj";
const sha256 = (encoding: "hex" | "base64url" | "base64") =>
  createHash("sha256").update(nonce).digest(encoding);

describe("nonceAgrees", () => {
  it.each([
    ["as it was given", nonce],
    ["as its SHA-256 in hex", sha256("hex")],
    ["as its SHA-256 in base64url", sha256("base64url")],
  ])("with the nonce %s, says yes", (_spelling, signed) => {
    expect(nonceAgrees(signed, nonce)).toBe(true);
  });

  it.each([
    ["none", null],
    ["an empty one", ""],
    ["another one", "n-0S6_WzA2Mk"],
    ["one that begins like it", `${nonce}x`],
    ["one in another case", nonce.toUpperCase()],
    ["its SHA-256 in upper case", sha256("hex").toUpperCase()],
    ["its SHA-256 with padding", sha256("base64")],
  ])("with %s in the token, says no", (_what, signed) => {
    expect(nonceAgrees(signed, nonce)).toBe(false);
  });
});
