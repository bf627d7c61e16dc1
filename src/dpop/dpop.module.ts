import { Global, Module } from "@nestjs/common";
import { DpopProofs } from "./dpop-proofs";
import { PostgresSeenProofs } from "./postgres-seen-proofs";
import { SeenProofs } from "./seen-proofs";

/** Floor 2: proofs that a client holds the key its tokens are bound to (RFC 9449). A room of GoogleAuthModule. */
@Global()
@Module({
  providers: [
    DpopProofs,
    { provide: SeenProofs, useClass: PostgresSeenProofs },
  ],
  exports: [DpopProofs],
})
export class DpopModule {}
