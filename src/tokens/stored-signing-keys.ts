import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { advisoryLocks, Database } from "../database/database";
import { decryptPrivateKey, encryptPrivateKey } from "./key-encryption";
import {
  type PublishedKey,
  type SigningKey,
  SigningKeys,
} from "./signing-keys.port";
import { TOKENS_OPTIONS, type TokensOptions } from "./tokens.options";

interface StoredKey {
  readonly kid: string;
  readonly publicJwk: JsonWebKey;
  readonly encryptedPrivateKey: Buffer;
}

type Query = Parameters<Parameters<Database["withLock"]>[1]>[0];

const believedKeys = `SELECT kid, public_jwk AS "publicJwk",
  encrypted_private_key AS "encryptedPrivateKey"
FROM signing_keys WHERE expires_at IS NULL OR expires_at > $1
ORDER BY not_before DESC, kid`;

/** Signing keys in the database: made on first start, shared by all instances. */
@Injectable()
export class StoredSigningKeys extends SigningKeys implements OnModuleInit {
  private signingKey: SigningKey | undefined;
  private publicKeys: ReadonlyMap<string, KeyObject> = new Map();
  private publishedKeys: readonly PublishedKey[] = [];

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(TOKENS_OPTIONS) private readonly options: TokensOptions,
  ) {
    super();
  }

  /** @throws Error when no stored key can be read with the SECRET_KEY given */
  async onModuleInit(): Promise<void> {
    const now = new Date(this.clock.now());
    let keys = await this.database.query<StoredKey>(believedKeys, [now]);
    if (keys.length === 0) {
      // Instances that start together must agree on one key.
      keys = await this.database.withLock(
        advisoryLocks.signingKeys,
        async (query) => {
          const made = await query<StoredKey>(believedKeys, [now]);
          return made.length > 0 ? made : [await this.create(query, now)];
        },
      );
    }
    this.use(keys);
  }

  override current(): SigningKey {
    if (this.signingKey) return this.signingKey;
    throw new AuthError("service_unavailable", {
      reason: "signing_keys_not_loaded",
      retryAfterSeconds: 5,
    });
  }

  override find(kid: string): KeyObject | null {
    return this.publicKeys.get(kid) ?? null;
  }

  override published(): readonly PublishedKey[] {
    return this.publishedKeys;
  }

  private use(keys: readonly StoredKey[]): void {
    const [newest] = keys;
    if (!newest) throw new Error("There is no signing key");
    const { secretKey } = this.options;
    const der = decryptPrivateKey(
      secretKey,
      newest.kid,
      newest.encryptedPrivateKey,
    );
    if (!der) {
      throw new Error(
        "The signing keys in the database were encrypted under another SECRET_KEY. Start with that one, or delete the rows of signing_keys: tokens in use then stop working.",
      );
    }
    this.signingKey = {
      kid: newest.kid,
      algorithm: "ES256",
      privateKey: createPrivateKey({ key: der, format: "der", type: "pkcs8" }),
    };
    this.publicKeys = new Map(
      keys.map(({ kid, publicJwk }) => [
        kid,
        createPublicKey({ key: publicJwk, format: "jwk" }),
      ]),
    );
    this.publishedKeys = keys.map(({ kid, publicJwk }) => ({
      kty: publicJwk.kty,
      crv: publicJwk.crv,
      x: publicJwk.x,
      y: publicJwk.y,
      kid,
      alg: "ES256",
      use: "sig",
    }));
  }

  private async create(query: Query, now: Date): Promise<StoredKey> {
    const { privateKey, publicKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
    });
    const kid = randomBytes(16).toString("base64url");
    const key = {
      kid,
      publicJwk: publicKey.export({ format: "jwk" }),
      encryptedPrivateKey: encryptPrivateKey(
        this.options.secretKey,
        kid,
        privateKey.export({ format: "der", type: "pkcs8" }),
      ),
    };
    await query(
      `INSERT INTO signing_keys
        (kid, algorithm, public_jwk, encrypted_private_key, not_before, created_at)
      VALUES ($1, 'ES256', $2, $3, $4, $4)`,
      [kid, JSON.stringify(key.publicJwk), key.encryptedPrivateKey, now],
    );
    return key;
  }
}
