import { AuditEventEntity } from "../audit/audit-event.entity";
import { UsedDpopProofEntity } from "../dpop/postgres-seen-proofs";
import { RateLimitEntity } from "../rate-limits/rate-limit.entity";
import { SecurityEventEntity } from "../security-events/security-event.entity";
import {
  UsedIdTokenEntity,
  UsedNonceEntity,
} from "../sessions/one-time-use.entity";
import { RevocationEntity } from "../sessions/revocation.entity";
import { SessionCutoffEntity, SessionEntity } from "../sessions/session.entity";
import { SigningKeyEntity } from "../signing-keys/signing-key.entity";
import { IdentityEntity } from "../users/identity.entity";
import { IdentityStandingEntity } from "../users/identity-standing.entity";
import { UserEntity } from "../users/user.entity";

/**
 * The entities of all tables in the schema `google_auth`. If you use your own
 * DataSource, add them to its entities: `entities: [...mine,
 * ...googleAuthEntities]`.
 */
export const googleAuthEntities = [
  UserEntity,
  IdentityEntity,
  IdentityStandingEntity,
  SessionEntity,
  SessionCutoffEntity,
  RevocationEntity,
  UsedNonceEntity,
  UsedIdTokenEntity,
  UsedDpopProofEntity,
  SigningKeyEntity,
  AuditEventEntity,
  SecurityEventEntity,
  RateLimitEntity,
] as const;
