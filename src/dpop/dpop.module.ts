import { Global, Module } from "@nestjs/common";
import { DpopProofs } from "./dpop-proofs";
import { PostgresSeenProofs } from "./postgres-seen-proofs";
import { SeenProofs } from "./seen-proofs";

/**
 * Proofs that a client possesses the key its tokens are bound to (RFC 9449).
 * Part of GoogleAuthModule.
 */
@Global()
@Module({
  providers: [
    DpopProofs,
    { provide: SeenProofs, useClass: PostgresSeenProofs },
  ],
  exports: [DpopProofs],
})
export class DpopModule {}
