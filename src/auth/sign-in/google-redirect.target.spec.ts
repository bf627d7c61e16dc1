import { failureTarget, redirectTarget } from "./google-redirect.target";

const redirect = {
  appUrl: "https://app.example/",
  otherUrls: ["https://app.example/cart", "https://app.example/#/home"],
};

describe("redirectTarget", () => {
  it("is a listed page that the state names", () => {
    for (const url of redirect.otherUrls) {
      expect(redirectTarget(url, redirect)).toBe(url);
    }
  });

  it.each([undefined, null, "", 0, ["https://app.example/cart"], {}])(
    "is the app's page for the state %j",
    (state) => expect(redirectTarget(state, redirect)).toBe(redirect.appUrl),
  );
});

describe("failureTarget", () => {
  it.each([
    ["https://app.example", "https://app.example/?error=rate_limited"],
    [
      "https://app.example/in?a=b",
      "https://app.example/in?a=b&error=rate_limited",
    ],
    ["https://app.example/?error=x", "https://app.example/?error=rate_limited"],
    [
      "https://app.example/#/home",
      "https://app.example/?error=rate_limited#/home",
    ],
  ])("of %s has the code in the query", (appUrl, target) => {
    expect(failureTarget("rate_limited", appUrl)).toBe(target);
  });
});
