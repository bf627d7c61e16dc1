import { Global, Module } from "@nestjs/common";
import { Clock } from "../common/clock.port";
import { JwksController } from "./jwks.controller";
import { PemSigningKeys } from "./pem-signing-keys";
import { SigningKeyStore } from "./signing-key-store";
import {
  SIGNING_KEYS_OPTIONS,
  type SigningKeysOptions,
} from "./signing-keys.options";
import { SigningKeys } from "./signing-keys.port";
import { StoredSigningKeys } from "./stored-signing-keys";

/** The keys that access tokens are signed with. Part of GoogleAuthModule. */
@Global()
@Module({
  controllers: [JwksController],
  providers: [
    SigningKeyStore,
    {
      provide: SigningKeys,
      inject: [SIGNING_KEYS_OPTIONS, SigningKeyStore, Clock],
      useFactory: signingKeysOf,
    },
  ],
  exports: [SigningKeyStore, SigningKeys],
})
export class SigningKeysModule {}

/** A configured key replaces those in the database. */
function signingKeysOf(
  options: SigningKeysOptions,
  store: SigningKeyStore,
  clock: Clock,
): SigningKeys {
  return !options.signingKeyPem
    ? new StoredSigningKeys(store, clock)
    : new PemSigningKeys(options);
}
