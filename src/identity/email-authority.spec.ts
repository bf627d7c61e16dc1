import { emailAuthority } from "./email-authority";

describe("emailAuthority", () => {
  describe("when Google runs the mailbox", () => {
    it.each([
      ["a@gmail.com", null],
      ["A.B+tag@GMail.COM", null],
      ["a@corp.example", "corp.example"],
      // A Workspace account may have an address of another domain.
      ["a@other.example", "corp.example"],
    ])("is authoritative for %s with hd %s", (email, hostedDomain) => {
      expect(emailAuthority(email, true, hostedDomain)).toBe("authoritative");
    });
  });

  describe("when the address was only verified once", () => {
    it.each([
      "a@corp.example",
      // Google's rule names only gmail.com, no similar domain.
      "a@googlemail.com",
      "a@notgmail.com",
      "a@gmail.com.evil.example",
      "a@sub.gmail.com",
      "gmail.com@evil.example",
      "a@gmail.co",
    ])("is verified for %s", (email) => {
      expect(emailAuthority(email, true, null)).toBe("verified");
    });
  });

  describe("when the address was not verified", () => {
    it.each([
      ["a@gmail.com", null],
      ["a@corp.example", "corp.example"],
      ["a@other.example", null],
    ])("is unverified for %s with hd %s", (email, hostedDomain) => {
      expect(emailAuthority(email, false, hostedDomain)).toBe("unverified");
    });
  });

  describe("when there is no address", () => {
    it.each([
      [true, null],
      [true, "corp.example"],
      [false, null],
    ])("is unverified for email_verified %s and hd %s", (verified, hd) => {
      expect(emailAuthority(null, verified, hd)).toBe("unverified");
    });
  });
});
