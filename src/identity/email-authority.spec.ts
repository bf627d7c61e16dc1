import { emailAuthority } from "./email-authority";

describe("emailAuthority", () => {
  describe("when Google runs the mailbox", () => {
    it.each([
      ["a@gmail.com", null],
      ["A.B+tag@GMail.COM", null],
      ["a@corp.example", "corp.example"],
      // A Workspace account may carry an address of another of its domains.
      ["a@other.example", "corp.example"],
    ])("says authoritative for %s with hd %s", (email, hostedDomain) => {
      expect(emailAuthority(email, true, hostedDomain)).toBe("authoritative");
    });
  });

  describe("when the address was only verified once", () => {
    it.each([
      "a@corp.example",
      // Google's rule names gmail.com and nothing that resembles it.
      "a@googlemail.com",
      "a@notgmail.com",
      "a@gmail.com.evil.example",
      "a@sub.gmail.com",
      "gmail.com@evil.example",
      "a@gmail.co",
    ])("says verified for %s", (email) => {
      expect(emailAuthority(email, true, null)).toBe("verified");
    });
  });

  describe("when nobody verified the address", () => {
    it.each([
      ["a@gmail.com", null],
      ["a@corp.example", "corp.example"],
      ["a@other.example", null],
    ])("says unverified for %s with hd %s", (email, hostedDomain) => {
      expect(emailAuthority(email, false, hostedDomain)).toBe("unverified");
    });
  });

  describe("when there is no address", () => {
    it.each([
      [true, null],
      [true, "corp.example"],
      [false, null],
    ])("says unverified for email_verified %s and hd %s", (verified, hd) => {
      expect(emailAuthority(null, verified, hd)).toBe("unverified");
    });
  });
});
