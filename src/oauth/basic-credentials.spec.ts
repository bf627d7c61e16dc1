import { basicCredentials } from "./basic-credentials";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("basicCredentials", () => {
  it("reads what needs no encoding in the one way there is", () => {
    expect(basicCredentials(basic("api:secret"))).toEqual([
      { id: "api", secret: "secret" },
    ]);
  });

  it("reads what may have been encoded in both ways", () => {
    expect(basicCredentials(basic("api:a%2Fb+c"))).toEqual([
      { id: "api", secret: "a%2Fb+c" },
      { id: "api", secret: "a/b c" },
    ]);
  });

  it("reads what cannot have been encoded as it is", () => {
    expect(basicCredentials(basic("api:100%"))).toEqual([
      { id: "api", secret: "100%" },
    ]);
  });

  it("leaves further colons to the secret", () => {
    expect(basicCredentials(basic("api:a:b"))).toEqual([
      { id: "api", secret: "a:b" },
    ]);
  });

  it("does not mind the case of the scheme", () => {
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
  ])("finds none in %j", (authorization) => {
    expect(basicCredentials(authorization)).toEqual([]);
  });
});
