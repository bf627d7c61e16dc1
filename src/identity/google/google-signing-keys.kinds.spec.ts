import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";
import { SystemClock } from "../../common/clock.port";
import { GoogleEmulator } from "../../testing/google/emulator";
import { googlePaths } from "../../testing/google/emulator.routes";
import { GoogleSigningKeys } from "./google-signing-keys";

const rsa = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  publicExponent: new Uint8Array([1, 0, 1]),
};

let google: GoogleEmulator;

async function certificateOf(
  signingAlgorithm: webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams,
): Promise<string> {
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: "CN=federated-signon.system.gserviceaccount.com",
      serialNumber: "01",
      signingAlgorithm: { ...signingAlgorithm, hash: "SHA-256" },
      keys: await webcrypto.subtle.generateKey(signingAlgorithm, false, [
        "sign",
        "verify",
      ]),
    },
    webcrypto,
  );
  return certificate.toString("pem");
}

beforeAll(async () => {
  google = await GoogleEmulator.start();
});

afterAll(() => google.stop());

describe("GoogleSigningKeys", () => {
  describe("when Google publishes a key that cannot be used for RS256", () => {
    it.each([
      ["an elliptic one", { name: "ECDSA", namedCurve: "P-256" }],
      ["one of 1024 bits", { ...rsa, modulusLength: 1024 }],
    ])("ignores %s and keeps the others", async (_which, algorithm) => {
      const { kid, certificatePem, publicKey } = google.keys.current;
      const other = await certificateOf(algorithm);
      google.setFault(googlePaths.certs, {
        body: JSON.stringify({ other, [kid]: certificatePem }),
      });
      const keys = new GoogleSigningKeys(
        {
          clients: [],
          certsUrl: `${google.url}${googlePaths.certs}`,
          clockSkewSeconds: 0,
        },
        new SystemClock(),
      );
      await expect(keys.find("other")).rejects.toMatchObject({
        code: "invalid_token",
        reason: "unknown_key",
      });
      expect((await keys.find(kid)).equals(publicKey)).toBe(true);
    });
  });
});
