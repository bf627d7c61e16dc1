import { generateKeyPairSync } from "node:crypto";
import { newSecretKey, secretKey } from "../../test/support/key-stores";
import {
  subject,
  useStoredSigningKeys,
} from "../../test/support/use-stored-signing-keys";
import { publishedBeforeUseSeconds } from "./key-life";
import { thumbprintOf } from "./published-key";

describe("StoredSigningKeys and SECRET_KEY", () => {
  const site = useStoredSigningKeys();

  describe("when SECRET_KEY changes from instance to instance", () => {
    const changed = { secretKey: newSecretKey, previousSecretKey: secretKey };

    it("keeps working with the old one, except for a removed key", async () => {
      const { kid } = site.keys.current();
      const newer = await site.started(site.storeWith(changed));
      await site.keys.reload();
      expect(site.keys.current().kid).toBe(kid);
      site.clock.advance(publishedBeforeUseSeconds);
      await site.storeWith(changed).rotate();
      await Promise.all([site.keys.reload(), newer.reload()]);
      expect(newer.current().kid).not.toBe(kid);
      expect(site.keys.current().kid).toBe(kid);
      const { token } = await site.tokensOf(site.keys).issue(subject);
      expect(site.tokensOf(newer).verify(token).userId).toBe(subject.userId);
      await site.storeWith(changed).remove(kid, true);
      await site.keys.reload();
      expect(() => site.keys.current()).toThrow("service_unavailable");
      expect(site.keys.find(newer.current().kid)).not.toBeNull();
      await newer.onModuleDestroy();
    });
  });

  describe("when a row was written without our SECRET_KEY", () => {
    it("neither accepts nor publishes its key", async () => {
      const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const forged = {
        kid: thumbprintOf(publicKey, "ES256"),
        jwk: publicKey.export({ format: "jwk" }),
      };
      const own = site.publishedKids();
      for (const mac of [Buffer.alloc(32), Buffer.alloc(0)]) {
        await site.dataSource.query(
          `INSERT INTO google_auth.signing_keys (kid, algorithm, state,
             public_jwk, mac, not_before, expires_at, created_at)
           VALUES ($1, 'ES256', 'previous', $2, $3, now(),
             now() + interval '1 day', now())
           ON CONFLICT (kid) DO UPDATE SET mac = EXCLUDED.mac`,
          [forged.kid, forged.jwk, mac],
        );
        await site.keys.reload();
        expect(site.keys.find(forged.kid)).toBeNull();
        expect(site.publishedKids()).toEqual(own);
      }
    });

    it("refuses another public key with one of our kids", async () => {
      const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const [kid = ""] = site.publishedKids();
      await site.dataSource.query(
        "UPDATE google_auth.signing_keys SET public_jwk = $2 WHERE kid = $1",
        [kid, publicKey.export({ format: "jwk" })],
      );
      await site.keys.reload().catch(() => undefined);
      const found = site.keys.find(kid)?.publicKey;
      expect(found?.equals(publicKey) ?? false).toBe(false);
    });
  });
});
