import { createHash } from "node:crypto";
import { dataHeaders, pageHeaders } from "./security-headers";

const sha256 = (text: string) =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

function policyOf(headers: Readonly<Record<string, string>>) {
  const directives = (headers["content-security-policy"] ?? "").split(";");
  return new Map(
    directives.map((directive) => {
      const [name = "", ...sources] = directive.split(" ");
      return [name, sources];
    }),
  );
}

describe("dataHeaders", () => {
  it("forbid everything a page could do", () => {
    expect(dataHeaders(false)).toEqual({
      "content-security-policy":
        "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
  });

  it("include HSTS if TLS is used", () => {
    expect(dataHeaders(true)["strict-transport-security"]).toMatch(
      /^max-age=31536000/,
    );
  });
});

describe("pageHeaders", () => {
  const html = `<html><head><style>a{}</style></head>
    <body><svg style="width:0"></svg><style>
    b{}</style></body></html>`;

  it("allow only the page's own inline styles", () => {
    const policy = policyOf(pageHeaders(html));
    expect(policy.get("style-src-elem")).toEqual([
      "'self'",
      sha256("a{}"),
      sha256("\n    b{}"),
    ]);
    expect(policy.get("style-src-attr")).toEqual([
      "'unsafe-hashes'",
      sha256("width:0"),
    ]);
  });

  it("allow no other origin and no inline script", () => {
    const policy = policyOf(pageHeaders(html));
    expect(policy.get("default-src")).toEqual(["'none'"]);
    expect(policy.get("script-src")).toEqual(["'self'"]);
    expect(policy.get("frame-ancestors")).toEqual(["'none'"]);
    expect([...policy.values()].flat().join(" ")).not.toMatch(
      /unsafe-(?:inline|eval)|http|\*/,
    );
  });
});
