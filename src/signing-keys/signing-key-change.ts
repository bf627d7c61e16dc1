import type { AuditEvent } from "../audit/audit-event";
import type { SigningKeyState } from "./signing-key.entity";

/** Something that has happened to our stored keys. Names keys by their kid only. */
export type SigningKeyChange =
  /** A key was made; one that is next is published and does not sign yet. */
  | {
      readonly kind: "created";
      readonly kid: string;
      readonly state: "next" | "current";
    }
  /** Another key signs from now on. */
  | {
      readonly kind: "rotated";
      readonly kid: string;
      /** Null when the key that signed is not there any more. */
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

/** What the audit log says of a change; null where nothing is accepted or signed that was not before. */
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
      /** What the key was. */
      readonly state: SigningKeyState;
      /** The key that signs in its place; null when it did not sign. */
      readonly successor: {
        readonly kid: string;
        /** Until when resource servers may not know it; null when they do. */
        readonly unknownUntil: Date | null;
      } | null;
    }
  /** It is the current key, and was to be spared: nothing was changed. */
  | { readonly kind: "signs" }
  /** There is no such key, or no more: nothing was changed. */
  | { readonly kind: "unknown" };
