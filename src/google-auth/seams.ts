import type { Provider, Type } from "@nestjs/common";
import { ThrottlerStorage } from "@nestjs/throttler";
import { AuditModule } from "../audit/audit.module";
import { AuditSink } from "../audit/audit-sink.port";
import { AccessTokenClaims } from "../auth/sessions/access-token-claims.port";
import { AuthModule } from "../auth/auth.module";
import { SignInHooks } from "../auth/sign-in/sign-in-hooks.port";
import { SignInPolicy } from "../auth/sign-in/sign-in-policy.port";
import { Clock } from "../common/clock.port";
import { CommonModule } from "../common/common.module";
import { IdentityModule } from "../identity/identity.module";
import { IdentityVerifier } from "../identity/identity-verifier.port";
import { RateLimitsModule } from "../rate-limits/rate-limits.module";
import { SecurityEventHandler } from "../security-events/security-event-handler.port";
import { SecurityEventsModule } from "../security-events/security-events.module";
import { Revocations } from "../sessions/revocations.port";
import { SessionStore } from "../sessions/session-store.port";
import { SessionsModule } from "../sessions/sessions.module";
import { SignInStore } from "../sessions/sign-in-store.port";
import { SigningKeys } from "../signing-keys/signing-keys.port";
import { SigningKeysModule } from "../signing-keys/signing-keys.module";
import { ProfileSchema } from "../users/profile-schema.port";
import { UserDirectory } from "../users/user-directory.port";
import { UsersModule } from "../users/users.module";

/** The module of each seam: a replacement is provided there, so that all modules get it. */
const seams = new Map<unknown, Type>([
  [Clock, CommonModule],
  [AuditSink, AuditModule],
  [ThrottlerStorage, RateLimitsModule],
  [IdentityVerifier, IdentityModule],
  [ProfileSchema, UsersModule],
  [UserDirectory, UsersModule],
  [Revocations, SessionsModule],
  [SessionStore, SessionsModule],
  [SignInStore, SessionsModule],
  [SigningKeys, SigningKeysModule],
  [AccessTokenClaims, AuthModule],
  [SignInHooks, AuthModule],
  [SignInPolicy, AuthModule],
  [SecurityEventHandler, SecurityEventsModule],
]);

/** The module whose seam a provider replaces; undefined if it is not a seam. */
export function roomOf(provider: Provider): Type | undefined {
  return seams.get(tokenOf(provider));
}

/** The problems of replacements of seams, by name. */
export function seamProblems(
  providers: readonly (Provider | undefined)[],
  hasSecurityEvents: boolean,
): string[] {
  const seen = new Set<unknown>();
  return providers.flatMap((provider, index) => {
    if (!provider) {
      return [
        `providers[${index}] is ${provider}; is there a circular import?`,
      ];
    }
    const token = tokenOf(provider);
    const name = typeof token === "function" ? token.name : String(token);
    const isAgain = seen.has(token);
    seen.add(token);
    const fault = isAgain
      ? "is replaced twice"
      : faultOf(provider, hasSecurityEvents);
    return fault ? [`providers: ${name} ${fault}`] : [];
  });
}

function faultOf(
  provider: Provider,
  hasSecurityEvents: boolean,
): string | undefined {
  const room = roomOf(provider);
  if (!room) {
    return "is not a seam; provide it in a module of yours, and add that module to imports";
  }
  if (typeof provider === "function") {
    return "is the seam itself; provide a class, a value or a factory for it";
  }
  return room === SecurityEventsModule && !hasSecurityEvents
    ? "has no effect while routes.securityEvents is false"
    : undefined;
}

function tokenOf(provider: Provider): unknown {
  return typeof provider === "function" ? provider : provider.provide;
}
