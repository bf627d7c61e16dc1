import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
import { InvalidEnvironmentError, readEnvironment } from "./read-environment";

const least = {
  DATABASE_URL: "postgresql://app:hunter2@127.0.0.1/app",
  GOOGLE_CLIENT_IDS: "123456-web.apps.googleusercontent.com",
  SECRET_KEY: "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
};
const ec = pemsOf(generateKeyPairSync("ec", { namedCurve: "P-256" }));
const curve = pemsOf(generateKeyPairSync("ec", { namedCurve: "P-521" }));
const rsa = pemsOf(generateKeyPairSync("rsa", { modulusLength: 2048 }));
const weak = pemsOf(generateKeyPairSync("rsa", { modulusLength: 1024 }));

function pemsOf({ privateKey, publicKey }: KeyPairKeyObjectResult) {
  const format = "pem";
  return {
    privateKey: privateKey.export({ type: "pkcs8", format }).toString(),
    publicKey: publicKey.export({ type: "spki", format }).toString(),
  };
}

/** The problems of the variables, one line each. */
function problemsOf(changes: Readonly<Record<string, string>>): string[] {
  try {
    readEnvironment({ ...least, ...changes });
  } catch (error) {
    if (error instanceof InvalidEnvironmentError) return [...error.problems];
    throw error;
  }
  return [];
}

describe("Environment", () => {
  describe("when the signing keys are replaced", () => {
    it.each(["1", "30", "365", "off", "OFF"])("accepts %s days", (value) => {
      expect(problemsOf({ SIGNING_KEY_ROTATION_DAYS: value })).toEqual([]);
    });

    it.each(["0", "366", "-1", "1.5", "30d", "never", "false", "1e2"])(
      "refuses %s days",
      (value) => {
        expect(problemsOf({ SIGNING_KEY_ROTATION_DAYS: value })).toEqual([
          "SIGNING_KEY_ROTATION_DAYS must be an integer from 1 to 365, or off",
        ]);
      },
    );
  });

  describe("when the signing key is given", () => {
    it.each([
      ["an EC key", ec.privateKey],
      ["an RSA key", rsa.privateKey],
      ["a key on one line", ec.privateKey.replaceAll("\n", "\\n")],
      ["a key with surrounding whitespace", `\n  ${ec.privateKey}  \n`],
    ])("accepts %s", (_what, SIGNING_KEY_PEM) => {
      expect(problemsOf({ SIGNING_KEY_PEM })).toEqual([]);
      for (const other of [rsa.privateKey, rsa.publicKey]) {
        const SIGNING_KEY_PEM_PREVIOUS = other;
        const both = { SIGNING_KEY_PEM, SIGNING_KEY_PEM_PREVIOUS };
        expect(problemsOf(both)).toEqual([]);
      }
    });

    it.each([
      ["a public key", ec.publicKey],
      ["a weak key", weak.privateKey],
      ["a key of another curve", curve.privateKey],
      ["a path", "/run/secrets/key.pem"],
      ["other text", "sesame"],
    ])("refuses %s, naming the rule but not the value", (_what, value) => {
      expect(problemsOf({ SIGNING_KEY_PEM: value })).toEqual([
        "SIGNING_KEY_PEM must be an unencrypted PEM private key, EC P-256 or RSA of 2048 bits or more; \\n may stand for a line break",
      ]);
    });

    it.each([
      ["a weak key", weak.publicKey],
      ["other text", "sesame"],
    ])("refuses %s as the previous key", (_what, value) => {
      const [problem, ...others] = problemsOf({
        SIGNING_KEY_PEM: ec.privateKey,
        SIGNING_KEY_PEM_PREVIOUS: value,
      });
      expect(problem).toMatch(/^SIGNING_KEY_PEM_PREVIOUS must be a PEM/);
      expect(others).toEqual([]);
    });

    it("refuses a previous key without a current one", () => {
      const [problem] = problemsOf({
        SIGNING_KEY_PEM_PREVIOUS: ec.publicKey,
      });
      expect(problem).toContain("only together with it");
    });
  });

  describe("when SECRET_KEY is being changed", () => {
    it("applies the same rule to the previous one", () => {
      const good = "n0Wb4Yq2RzT6uKc8XpE1sVh5LgM7jDaF";
      expect(problemsOf({ SECRET_KEY_PREVIOUS: good })).toEqual([]);
      for (const bad of ["x".repeat(31), "changeme".repeat(4)]) {
        expect(problemsOf({ SECRET_KEY_PREVIOUS: bad })).toEqual([
          "SECRET_KEY_PREVIOUS must be at least 32 random bytes, not a placeholder",
        ]);
      }
    });
  });
});
