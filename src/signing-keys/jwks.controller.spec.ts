import { generateKeyPairSync } from "node:crypto";
import { JwksController } from "./jwks.controller";
import { PemSigningKeys } from "./pem-signing-keys";
import type { PublishedKey } from "./signing-keys.port";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const options = {
  signingKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
};

/** A replacement that returns private keys. */
class TalkativeSigningKeys extends PemSigningKeys {
  override published(): readonly PublishedKey[] {
    const whole = privateKey.export({ format: "jwk" });
    return super.published().map((key) => ({ ...whole, ...key }));
  }
}

describe("JwksController", () => {
  describe("when the keys include their private halves", () => {
    it("publishes only the public members", () => {
      const keys = new TalkativeSigningKeys(options);
      expect(keys.published()[0]).toHaveProperty("d");
      const { keys: shown } = new JwksController(keys).getJwks();
      expect(shown).toEqual(new PemSigningKeys(options).published());
      expect(JSON.stringify(shown)).not.toMatch(/"(?:d|p|q|dp|dq|qi)":/);
    });
  });
});
