import { InvalidEnvironmentError, readEnvironment } from "./read-environment";

const names = ["GOOGLE_RISC_CONFIG_URL"];

function isRefused(url: string, NODE_ENV: string): boolean {
  try {
    readEnvironment({ NODE_ENV, GOOGLE_RISC_CONFIG_URL: url }, names);
    return false;
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidEnvironmentError);
    return true;
  }
}

describe("GOOGLE_RISC_CONFIG_URL", () => {
  describe("when it is absent", () => {
    it("then it is Google's", () => {
      const { GOOGLE_RISC_CONFIG_URL } = readEnvironment({}, names);
      expect(GOOGLE_RISC_CONFIG_URL).toBe("https://risc.googleapis.com/v1beta");
    });
  });

  describe("when it runs in production", () => {
    it("accepts Google's host for it", () => {
      const url = "https://risc.googleapis.com/v1";
      expect(isRefused(url, "production")).toBe(false);
    });

    it.each([
      ...["http://risc.googleapis.com/v1beta", "http://127.0.0.1:9090/v1beta"],
      ...["https://www.googleapis.com/v1beta", "https://accounts.google.com"],
      ...["https://risc.googleapis.com.evil.example", "https://evil.example"],
      ...["https://risc.googleapis.com:8443", "https://a@risc.googleapis.com"],
      ...["https://risc.googleapis.com/?a", "https://risc.googleapis.com/#a"],
    ])("refuses %j", (url) => expect(isRefused(url, "production")).toBe(true));

    it("is the only variable that accepts that host", () => {
      const GOOGLE_CERTS_URL = "https://risc.googleapis.com/oauth2/v1/certs";
      const source = { NODE_ENV: "production", GOOGLE_CERTS_URL };
      expect(() => readEnvironment(source, ["GOOGLE_CERTS_URL"])).toThrow(
        InvalidEnvironmentError,
      );
    });
  });

  describe("when it runs elsewhere", () => {
    it("accepts an emulator, and no query", () => {
      const url = "http://127.0.0.1:9090/v1beta";
      expect(isRefused(url, "development")).toBe(false);
      expect(isRefused(`${url}?key=1`, "development")).toBe(true);
    });
  });
});
