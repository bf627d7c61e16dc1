import { accessTokenHash, belongsToAccessToken } from "./at-hash";

const accessToken = "ya29.test-access-token";
const atHash = "9abJdsr5fc3D3NAR82m6xg";

describe("accessTokenHash", () => {
  it("is the left half of the SHA-256 in base64url, without padding", () => {
    expect(accessTokenHash(accessToken)).toBe(atHash);
    // OpenID Connect Core, appendix A.3.
    expect(accessTokenHash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")).toBe(
      "77QmUPtjPfzWtF2AnpK9RQ",
    );
  });
});

describe("belongsToAccessToken", () => {
  it("accepts a matching at_hash, and a token without one", () => {
    expect(belongsToAccessToken({ at_hash: atHash }, accessToken)).toBe(true);
    expect(belongsToAccessToken({}, accessToken)).toBe(true);
  });

  it.each([
    ...[null, "", 0, false, [atHash], { toString: atHash }],
    ...[`${atHash}==`, atHash.slice(0, -1), atHash.toLowerCase()],
    "77QmUPtjPfzWtF2AnpK9RQ",
  ])("refuses the at_hash %j", (at_hash) => {
    expect(belongsToAccessToken({ at_hash }, accessToken)).toBe(false);
  });
});
