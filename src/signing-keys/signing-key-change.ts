import type { AuditEvent } from "../audit/audit-event";
import type { SigningKeyState } from "./signing-key.entity";

/** A change of our stored keys. Identifies keys only by kid. */
export type SigningKeyChange =
  /** A key was created; a next key is published but does not sign yet. */
  | {
      readonly kind: "created";
      readonly kid: string;
      readonly state: "next" | "current";
    }
  /** Another key signs from now on. */
  | {
      readonly kind: "rotated";
      readonly kid: string;
      /** Null if the key that signed no longer exists. */
      readonly previousKid: string | null;
      /** `repair`: there was no key that signed. */
      readonly cause: "schedule" | "command" | "removal" | "repair";
    }
  /** A key is no longer accepted, and neither are its tokens. */
  | {
      readonly kind: "removed";
      readonly kid: string;
      readonly state: SigningKeyState;
    }
  /** A key was encrypted under the current SECRET_KEY. */
  | { readonly kind: "re-encrypted"; readonly kid: string };

/**
 * The audit event of a change; null if it does not affect what is signed or
 * accepted.
 */
export function auditEventOf(change: SigningKeyChange): AuditEvent | null {
  switch (change.kind) {
    case "rotated": {
      const { kid, previousKid, cause } = change;
      return keyEvent("signing_key_rotated", cause, { kid, previousKid });
    }
    case "removed": {
      const { kid, state } = change;
      return keyEvent("signing_key_removed", "command", { kid, state });
    }
    case "created": {
      const { kid, state } = change;
      if (state === "next") return null;
      const details = { kid, previousKid: null };
      return keyEvent("signing_key_rotated", "unannounced", details);
    }
    case "re-encrypted":
      return null;
  }
}

function keyEvent(
  event: "signing_key_rotated" | "signing_key_removed",
  reason: string,
  details: Readonly<Record<string, unknown>>,
): AuditEvent {
  return { event, userId: null, reason, details };
}

/** The outcome of a rotation by command. */
export type RotationOutcome =
  | {
      readonly kind: "rotated";
      readonly kid: string;
      readonly previousKid: string;
    }
  /** It was rotated just before: nothing was changed. */
  | {
      readonly kind: "rotated-before";
      readonly kid: string;
      readonly since: Date;
    }
  /** The next key has not been published long enough: nothing was changed. */
  | {
      readonly kind: "too-early";
      readonly nextKid: string;
      readonly from: Date;
    }
  /** The service has never been started on this database: nothing was changed. */
  | { readonly kind: "no-keys" };

/** The outcome of a removal. */
export type RemovalOutcome =
  | {
      readonly kind: "removed";
      /** The role of the key. */
      readonly state: SigningKeyState;
      /** The key that now signs instead; null if it did not sign. */
      readonly successor: {
        readonly kid: string;
        /** Until when resource servers may not know it; null if they do. */
        readonly unknownUntil: Date | null;
      } | null;
    }
  /** It is the current key, and was to be spared: nothing was changed. */
  | { readonly kind: "signs" }
  /** There is no such key, or no more: nothing was changed. */
  | { readonly kind: "unknown" };
