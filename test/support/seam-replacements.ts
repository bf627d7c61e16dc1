import { Injectable } from "@nestjs/common";
import type { ThrottlerStorage } from "@nestjs/throttler";
import {
  AccessTokenClaims,
  type Admission,
  type AuditEvent,
  AuditSink,
  type FindOrCreateOptions,
  type FindOrCreateOutcome,
  IdentityVerifier,
  PostgresUserDirectory,
  type PresentedRefreshToken,
  type RefreshOutcome,
  type SecurityEvent,
  SecurityEventHandler,
  type Session,
  type SessionContext,
  type SessionEnd,
  SessionStore,
  SignInHooks,
  type SignInOptions,
  type SignInOutcome,
  SignInPolicy,
  SignInStore,
  type Transaction,
  type User,
  UserDirectory,
  type VerifiedIdentity,
} from "../../src/index";
import { testIdentity } from "./test-identity";

@Injectable()
export class ListSink extends AuditSink {
  readonly events: string[] = [];

  override tell({ event }: AuditEvent): void {
    this.events.push(event);
  }
}

/** Accepts `i am <subject>` as a token. */
export class CredulousVerifier extends IdentityVerifier {
  override verify(token: string): Promise<VerifiedIdentity> {
    const identity = testIdentity(token, token.replace("i am ", ""));
    return Promise.resolve({
      ...identity,
      issuer: "https://accounts.google.com",
    });
  }
}

/** Adds the tenant of the session. */
export class TenantClaims extends AccessTokenClaims {
  override of({ email }: User, { device, generation }: Session) {
    const [, tenant = null] = email?.split("@") ?? [];
    return Promise.resolve({ tenant, device, generation });
  }
}

/** Admits invited accounts only. */
export class InvitedOnly extends SignInPolicy {
  readonly invited = new Set<string>();

  override admit({ email }: VerifiedIdentity): Admission {
    if (this.invited.has(email ?? "")) {
      return { kind: "admitted", signUp: "open" };
    }
    return {
      kind: "refused",
      code: {
        ...{ code: "invitation_required", status: 403 },
        title: "Invitation required",
        detail: "Ask a member to invite you.",
      },
    };
  }
}

export class ListHooks extends SignInHooks {
  readonly calls: string[] = [];
  readonly ends: SessionEnd[] = [];

  override beforeSignUp(): void {
    this.calls.push("beforeSignUp");
  }

  override afterSignUp(): void {
    this.calls.push("afterSignUp");
  }

  override afterSignIn(): void {
    this.calls.push("afterSignIn");
  }

  override onSessionEnd(end: SessionEnd): void {
    this.ends.push(end);
  }
}

/** Records events and ends no sessions. */
export class NotingHandler extends SecurityEventHandler {
  readonly types: string[] = [];

  override async handle(
    { type }: SecurityEvent,
    _occurredAt: Date,
    { query }: Transaction,
  ): Promise<void> {
    await query("SELECT 1", []);
    this.types.push(type);
  }
}

/** Writes users and sessions in one transaction, with the configured stores. */
@Injectable()
export class CombinedStore extends SignInStore {
  readonly calls: string[] = [];

  constructor(
    private readonly users: UserDirectory,
    private readonly sessions: SessionStore,
  ) {
    super();
  }

  override async signIn(
    identity: VerifiedIdentity,
    options: SignInOptions,
    context: SessionContext,
  ): Promise<SignInOutcome> {
    this.calls.push("signIn");
    const found = await this.users.findOrCreate(identity, options);
    if (!("user" in found)) return found;
    const session = await this.sessions.start(
      ...[found.user.id, identity, context],
    );
    return { ...found, session, isOverLimit: false };
  }

  override async refresh(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RefreshOutcome> {
    this.calls.push("refresh");
    const outcome = await this.sessions.rotate(token, context);
    if (outcome.kind !== "rotated") return outcome;
    const user = await this.users.findById(outcome.session.userId);
    return user ? { ...outcome, user } : { kind: "disabled" };
  }
}

/** The default directory, except that every user gets a role. */
@Injectable()
export class GenerousDirectory extends PostgresUserDirectory {
  override findOrCreate(
    identity: VerifiedIdentity,
    options: FindOrCreateOptions,
    transaction?: Transaction,
  ): Promise<FindOrCreateOutcome> {
    const roles = ["guest"];
    return super.findOrCreate(identity, { ...options, roles }, transaction);
  }
}

/** Counts in a map of the test. */
export class CountingStorage implements ThrottlerStorage {
  readonly hits = new Map<string, number>();

  increment(
    _key: string,
    ttl: number,
    limit: number,
    _blockDuration: number,
    throttlerName: string,
  ) {
    const totalHits = (this.hits.get(throttlerName) ?? 0) + 1;
    this.hits.set(throttlerName, totalHits);
    return Promise.resolve({
      ...{ totalHits, timeToExpire: ttl / 1000 },
      ...{ isBlocked: totalHits > limit, timeToBlockExpire: ttl / 1000 },
    });
  }
}
