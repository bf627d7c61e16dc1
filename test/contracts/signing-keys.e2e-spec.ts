import { generateKeyPairSync } from "node:crypto";
import { Logger } from "@nestjs/common";
import { signingKeysContract } from "../../src/testing";
import { PemSigningKeys } from "../../src/signing-keys/pem-signing-keys";
import { StoredSigningKeys } from "../../src/signing-keys/stored-signing-keys";
import { KeyStores } from "../support/key-stores";

const pem = { type: "pkcs8", format: "pem" } as const;
const newEcPem = () =>
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(pem);
const newRsaPem = () =>
  generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export(pem);

beforeAll(() => {
  Logger.overrideLogger(false);
});

describe("StoredSigningKeys", () => {
  let stores: KeyStores;

  beforeAll(async () => {
    stores = await KeyStores.start();
  });

  afterAll(() => stores.stop());

  signingKeysContract({
    rotates: true,
    create: async () => {
      await stores.clear();
      const keys = new StoredSigningKeys(stores.open(), stores.clock);
      await keys.onModuleInit();
      return {
        keys,
        rotate: async () => {
          stores.untilEverybodyKnows();
          await stores.open().rotate();
          await keys.reload();
        },
        dispose: () => keys.onModuleDestroy(),
      };
    },
  });
});

describe.each([
  ["an EC key", newEcPem(), null],
  ["an EC key, and an RSA key before it", newEcPem(), newRsaPem()],
  ["an RSA key", newRsaPem(), null],
])("PemSigningKeys of %s", (_, signingKeyPem, previousSigningKeyPem) => {
  signingKeysContract({
    create: () => ({
      keys: new PemSigningKeys({
        signingKeyPem: String(signingKeyPem),
        previousSigningKeyPem: previousSigningKeyPem?.toString() ?? null,
      }),
      dispose: () => undefined,
    }),
  });
});
