import { createPublicKey } from "node:crypto";
import { Inject, Injectable, Logger, type OnModuleInit } from "@nestjs/common";
import {
  type SignatureKey,
  signingKeyFromPem,
  verificationKeyFromPem,
} from "../common/signature-key";
import { publishedKey, thumbprintOf } from "./published-key";
import {
  localSigningKey,
  type PublishedKey,
  type SigningKey,
  SigningKeys,
  type VerificationKey,
} from "./signing-keys.port";
import {
  SIGNING_KEYS_OPTIONS,
  type SigningKeysOptions,
} from "./signing-keys.options";

interface PemKey extends VerificationKey {
  readonly kid: string;
  readonly published: PublishedKey;
}

/** The options that {@link PemSigningKeys} needs. */
export type PemKeyOptions = Pick<
  SigningKeysOptions,
  "signingKeyPem" | "previousSigningKeyPem"
>;

/**
 * Signing keys from the configuration, for deployments with a secret manager:
 * one that signs, and optionally another that is accepted and published before
 * and after a change. Nothing is stored. Each key's kid is its RFC 7638
 * thumbprint.
 */
@Injectable()
export class PemSigningKeys extends SigningKeys implements OnModuleInit {
  private readonly logger = new Logger(PemSigningKeys.name);
  private readonly signingKey: SigningKey;
  private readonly keys: ReadonlyMap<string, PemKey>;

  /** @throws Error if a PEM is not a usable key or is too weak */
  constructor(@Inject(SIGNING_KEYS_OPTIONS) options: PemKeyOptions) {
    super();
    const { signingKeyPem, previousSigningKeyPem } = options;
    const signing = signingKeyFromPem(signingKeyPem ?? "");
    if (!signing) refuse("signingKeyPem", "private key");
    const current = pemKeyOf(signing);
    // A map, because the previous key may be the same one.
    const keys = new Map([[current.kid, current]]);
    if (previousSigningKeyPem) {
      const other = verificationKeyFromPem(previousSigningKeyPem);
      if (!other) refuse("previousSigningKeyPem", "key");
      const previous = pemKeyOf(other);
      keys.set(previous.kid, previous);
    }
    this.signingKey = localSigningKey(
      current.kid,
      signing.algorithm,
      signing.key,
    );
    this.keys = keys;
  }

  onModuleInit(): void {
    this.logger.log(
      { kid: this.signingKey.kid },
      "A configured key signs the access tokens: neither the schedule nor a command replaces it",
    );
  }

  override current(): SigningKey {
    return this.signingKey;
  }

  override find(kid: string): VerificationKey | null {
    return this.keys.get(kid) ?? null;
  }

  override published(): readonly PublishedKey[] {
    return [...this.keys.values()].map(({ published }) => published);
  }
}

function pemKeyOf({ key, algorithm }: SignatureKey): PemKey {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  const kid = thumbprintOf(publicKey, algorithm);
  return {
    kid,
    algorithm,
    publicKey,
    published: publishedKey(kid, algorithm, publicKey),
  };
}

function refuse(option: string, what: string): never {
  throw new Error(
    `${option} must be an unencrypted PEM ${what}: EC P-256, or RSA of 2048 bits or more`,
  );
}
