import { generateKeyPairSync } from "node:crypto";
import { serviceAccountKeyFrom } from "./service-account-key";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const pem = rsa.export({ type: "pkcs8", format: "pem" }).toString();
const secret = pem.split("\n")[3] ?? "";

const file = {
  type: "service_account",
  project_id: "my-project",
  private_key_id: "0123456789abcdef0123456789abcdef01234567",
  private_key: pem,
  client_email: "risc@my-project.iam.gserviceaccount.com",
};

function faultOf(text: string): string {
  try {
    serviceAccountKeyFrom(text);
  } catch (error) {
    expect(error).toMatchObject({ name: "ServiceAccountKeyError" });
    return (error as Error).message;
  }
  return "none";
}

const changed = (changes: object) => JSON.stringify({ ...file, ...changes });

describe("serviceAccountKeyFrom", () => {
  describe("when the file is Google's", () => {
    it("then it contains what is needed to sign", () => {
      const text = `\ufeff${JSON.stringify({ ...file, universe_domain: "x" })}\n`;
      expect(serviceAccountKeyFrom(text)).toEqual({
        clientEmail: file.client_email,
        projectId: "my-project",
        privateKeyId: file.private_key_id,
        privateKey: pem,
      });
    });

    it("then the project is optional", () => {
      const text = changed({ project_id: undefined });
      expect(serviceAccountKeyFrom(text).projectId).toBeNull();
    });
  });

  describe("when it is another file", () => {
    it.each([
      ["an empty one", " \n", "is empty"],
      ["a bare PEM", pem, "is a bare PEM"],
      ["a truncated one", JSON.stringify(file).slice(0, -5), "is not JSON"],
      ["an array", "[]", "is not a JSON object"],
      ["null", "null", "is not a JSON object"],
      [
        "gcloud's",
        changed({ type: "authorized_user" }),
        "a person's credentials",
      ],
      [
        "one without a key",
        changed({ type: "external_account" }),
        "contains no key",
      ],
      ["an OAuth client's", '{"web":{}}', "OAuth client's secret"],
      ["any JSON", '{"a":1}', '"type" is not service_account'],
      ["one of __proto__", changed({ type: "__proto__" }), '"type" is not'],
      ["an array's type", changed({ type: ["service_account"] }), '"type" is'],
    ])("then %s is recognized", (_, text, fault) => {
      expect(faultOf(text)).toContain(
        `The key file ${fault.startsWith("is") ? fault : ""}`,
      );
      expect(faultOf(text)).toContain(fault);
      expect(faultOf(text)).not.toContain(secret);
    });
  });

  describe("when it has an invalid member", () => {
    const encrypted = rsa
      .export({
        type: "pkcs8",
        format: "pem",
        cipher: "aes-256-cbc",
        passphrase: "hunter2",
      })
      .toString();
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const pemOf = (key: typeof rsa) =>
      key.export({ type: "pkcs8", format: "pem" });
    it.each([
      ["no address", { client_email: undefined }, "client_email"],
      ["an address with a space", { client_email: "a b@c" }, "client_email"],
      ["a list of addresses", { client_email: ["a@b"] }, "client_email"],
      ["no key id", { private_key_id: "" }, "private_key_id"],
      ["a key id of two lines", { private_key_id: "a\nb" }, "private_key_id"],
      ["no key", { private_key: undefined }, "has no private_key"],
      [
        "a truncated key",
        { private_key: pem.slice(0, 900) },
        "broken private_key",
      ],
      [
        "line breaks escaped twice",
        { private_key: pem.replaceAll("\n", "\\n") },
        "escaped twice",
      ],
      ["an encrypted key", { private_key: encrypted }, "encrypted private_key"],
      ["an EC key", { private_key: pemOf(ec) }, "not an RSA key"],
      ["a weak key", { private_key: pemOf(weak.privateKey) }, "2048 bits"],
    ])("%s is reported without revealing the key", (_, changes, fault) => {
      const said = faultOf(changed(changes));
      expect(said).toContain(fault);
      expect(said).not.toContain(secret);
      expect(said).not.toContain("hunter2");
    });
  });
});
