/** What is said of one kind of event, and the row of the table in the documentation. */
interface AuditEventEntry {
  /** When it is written. */
  readonly when: string;
}

/**
 * Everything that is written to the audit log. Names are contract: they never
 * change their meaning. No event holds a token, a nonce or an e-mail address.
 */
export const auditEvents = {
  sign_up: { when: "A new user has signed in for the first time." },
  sign_in: { when: "A known user has signed in." },
  sign_in_refused: {
    when: "A sign-in was refused with 401 or 403; `reason` names the check, `details.code` the error code.",
  },
  refresh_reused: {
    when: "A refresh token came back after it had been replaced; its session was ended.",
  },
  refresh_retried_late: {
    when: "A refresh token that had been replaced longer ago than the grace was answered again with its successor; a few of these are an app that was suspended, more end the session.",
  },
  session_ended: {
    when: "A session is over before its time; `reason` says why.",
  },
  sessions_ended: {
    when: "All sessions of a user are over, or all that began before a report of Google's; `reason` says why.",
  },
  reauthenticated: {
    when: "A user has proved again to be it, for something that asks for it.",
  },
  profile_completed: { when: "A user has finished signing up." },
  roles_changed: {
    when: "Roles were given or taken; `details` has both lists, `reason` says by what.",
  },
  status_changed: {
    when: "A user was disabled or enabled; `details` has both, `reason` says by what.",
  },
  identity_linked: {
    when: "A user has linked a further account to sign in with; `details` has its `id` in `GET /users/me/identities`, and its `issuer`.",
  },
  identity_unlinked: {
    when: "An account does not sign a user in any more; `details` as above.",
  },
  data_exported: { when: "Everything held about a user was handed out." },
  user_deleted: {
    when: "A user was deleted; the line holds only its id, and earlier lines lose addresses, user agents and details.",
  },
  security_event: {
    when: "Google has reported something; `reason` is its type, `details` have the reason it gives and when it happened.",
  },
  signing_key_rotated: {
    when: "Another key signs the access tokens; `details` has both `kid`s, `reason` is `schedule`, `command`, `removal`, `repair`, or `unannounced` for a key that nobody knew before it signed, as the very first.",
  },
  signing_key_removed: {
    when: "A key was removed before its time; `details` has its `kid` and what it was.",
  },
} as const satisfies Record<string, AuditEventEntry>;

/** The name of an event in the table above. */
export type AuditEventName = keyof typeof auditEvents;

/** One line of the audit log. */
export interface AuditEvent {
  readonly event: AuditEventName;
  /** Whom it is about; null when nobody is known. */
  readonly userId: string | null;
  readonly sessionId?: string | null;
  /** Who did it, where that is another user. */
  readonly actorId?: string | null;
  /** Why, as a snake_case name of the code; see the event. */
  readonly reason?: string | null;
  /** Names, ids and counts. Never what proves anything, nor an e-mail address. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Client address, as the front door determined it. */
  readonly ip?: string | null;
  /** As the client sent it; it is cleaned and cut before it is stored. */
  readonly userAgent?: string | null;
}
