import { basicCredentials } from "./basic-credentials";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("basicCredentials", () => {
  it("returns one reading if nothing can be encoded", () => {
    expect(basicCredentials(basic("api:secret"))).toEqual([
      { id: "api", secret: "secret" },
    ]);
  });

  it("returns both readings if the parts may be encoded", () => {
    expect(basicCredentials(basic("api:a%2Fb+c"))).toEqual([
      { id: "api", secret: "a%2Fb+c" },
      { id: "api", secret: "a/b c" },
    ]);
  });

  it("returns the plain text if it cannot be encoded", () => {
    expect(basicCredentials(basic("api:100%"))).toEqual([
      { id: "api", secret: "100%" },
    ]);
  });

  it("keeps further colons in the secret", () => {
    expect(basicCredentials(basic("api:a:b"))).toEqual([
      { id: "api", secret: "a:b" },
    ]);
  });

  it("ignores the case of the scheme", () => {
    expect(basicCredentials(basic("a:b").replace("Basic", "bASIC"))).toEqual([
      { id: "a", secret: "b" },
    ]);
  });

  it.each([
    undefined,
    "",
    "Basic",
    "Basic ",
    basic("no colon"),
    `Bearer ${Buffer.from("a:b").toString("base64")}`,
    "Basic a:b",
    `${basic("a:b")}, ${basic("c:d")}`,
  ])("finds no credentials in %j", (authorization) => {
    expect(basicCredentials(authorization)).toEqual([]);
  });
});
