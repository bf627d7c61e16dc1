/** The description of an event, for the documentation. */
interface AuditEventEntry {
  /** When the event is written. */
  readonly when: string;
}

/**
 * All events of the audit log. A name never changes its meaning. No event
 * contains a token, a nonce or an e-mail address.
 */
export const auditEvents = {
  sign_up: { when: "A new user has signed in for the first time." },
  sign_in: { when: "A known user has signed in." },
  sign_in_refused: {
    when: "A sign-in was refused with 401 or 403; `reason` names the check, `details.code` the error code. `details.count` is the number of further refusals of that network for that reason within the minute.",
  },
  refresh_reused: {
    when: "A refresh token was used again after it had been replaced; its session was ended.",
  },
  refresh_retried_late: {
    when: "A replaced refresh token was used again after the grace period and answered with its successor. That happens when an app was suspended; too many of these end the session.",
  },
  session_ended: {
    when: "A session was ended before it expired; `reason` says why.",
  },
  sessions_ended: {
    when: "All sessions of a user were ended, or all that started before a report from Google; `reason` says why.",
  },
  reauthenticated: {
    when: "A user has reauthenticated, for an action that requires it.",
  },
  profile_completed: { when: "A user has finished signing up." },
  roles_changed: {
    when: "Roles were granted or removed; `details` has both lists, `reason` says why.",
  },
  status_changed: {
    when: "A user was disabled or enabled; `details` has the old and the new status, `reason` says why.",
  },
  identity_linked: {
    when: "A user has linked another account to sign in with; `details` has its `id` in `GET /users/me/identities` and its `issuer`.",
  },
  identity_unlinked: {
    when: "A user has unlinked an account; `details` as above.",
  },
  user_imported: {
    when: "A user was imported from another system with the command `import`; `details` has the `source`, and the `roles` and `status` that the user got.",
  },
  data_exported: { when: "A user has exported everything stored about them." },
  user_deleted: {
    when: "A user was deleted; the line has only the user's id, and earlier lines lose addresses, user agents and details.",
  },
  security_event: {
    when: "Google has reported a security event; `reason` is its type, `details` has the reason that Google gives and when it happened.",
  },
  signing_key_rotated: {
    when: "A new key signs the access tokens; `details` has both `kid`s, `reason` is `schedule`, `command`, `removal`, `repair`, or `unannounced` for a key that was not published before it signed, such as the first.",
  },
  signing_key_removed: {
    when: "A key was removed ahead of schedule; `details` has its `kid` and its role.",
  },
} as const satisfies Record<string, AuditEventEntry>;

/** The name of an event in the table above. */
export type AuditEventName = keyof typeof auditEvents;

/** One line of the audit log. */
export interface AuditEvent {
  readonly event: AuditEventName;
  /** The user concerned; null when unknown. */
  readonly userId: string | null;
  readonly sessionId?: string | null;
  /** Who did it, if that is another user. */
  readonly actorId?: string | null;
  /** Why, as a snake_case name; see the event. */
  readonly reason?: string | null;
  /** Names, ids and counts; never credentials or e-mail addresses. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Client address, as the HTTP server determined it. */
  readonly ip?: string | null;
  /** As the client sent it; cleaned and truncated before it is stored. */
  readonly userAgent?: string | null;
}
