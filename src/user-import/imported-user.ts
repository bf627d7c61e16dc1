import {
  type ClaimedProfile,
  isEmail,
  isSubject,
  profileFromClaims,
} from "../identity/claim-values";
import { isJsonObject, profileFault } from "../users/profile-limits";
import type { Profile } from "../users/profile-schema.port";
import { maxRoles, roleName, roleNameRule } from "../users/role-names";
import type { UserStatus } from "../users/user.entity";
import type { SourceFields } from "./import-source";
import { instantOf, isUnset, truthOf } from "./import-values";
import { RecordFault } from "./source-record";

/** A user of another system, checked and cleaned. */
export interface ImportedUser extends ClaimedProfile {
  readonly subject: string;
  /** The user's id in the other system. */
  readonly sourceId: string | null;
  readonly email: string | null;
  readonly emailVerified: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970. */
  readonly lastSignInAt: number;
  readonly status: UserStatus;
  readonly roles: readonly string[];
  readonly profile: Profile;
}

/** Times before this are mistakes of the export. */
const earliest = Date.UTC(2000, 0, 1);
/** How far the other system's clock may be ahead, in milliseconds. */
const maxAhead = 24 * 3600 * 1000;

/**
 * Checks the fields of a user. What only is displayed, such as the name, is
 * cleaned as it is at a sign-in, and left out if that is impossible.
 *
 * @param now milliseconds since 1970
 * @throws RecordFault naming the field and its rule
 */
export function importedUserFrom(
  fields: SourceFields,
  now: number,
): ImportedUser {
  if (!isUnset(fields.deletedAt)) {
    throw new RecordFault("the user is deleted in the other system");
  }
  const createdAt = pastOf(fields.createdAt, "the time of creation", now);
  const lastSignInAt = pastOf(
    fields.lastSignInAt,
    "the time of the last sign-in",
    now,
  );
  const email = emailOf(fields.email);
  return {
    subject: subjectOf(fields.subject),
    sourceId: sourceIdOf(fields.id),
    email,
    emailVerified:
      truthOf(fields.emailVerified, "whether the e-mail address is verified") &&
      email !== null,
    ...profileFromClaims({
      name: fields.name,
      given_name: fields.givenName,
      family_name: fields.familyName,
      picture: fields.picture,
      locale: fields.locale,
    }),
    createdAt: createdAt ?? lastSignInAt ?? now,
    lastSignInAt: lastSignInAt ?? createdAt ?? now,
    status: isDisabled(fields, now) ? "disabled" : "active",
    roles: rolesOf(fields.roles),
    profile: profileOf(fields.profile),
  };
}

function subjectOf(value: unknown): string {
  if (typeof value === "number") {
    throw new RecordFault(
      "Google's id (sub) is a number, which has lost digits: export it as text",
    );
  }
  if (!isSubject(value)) {
    throw new RecordFault(
      "Google's id (sub) is not a text of 1 to 255 printable ASCII characters",
    );
  }
  if (/^\d[.,]?\d*E\+?\d+$/i.test(value)) {
    throw new RecordFault(
      "Google's id (sub) was rounded by a spreadsheet: export the file again, and do not save it from one",
    );
  }
  return value;
}

/** Only kept if asked for, and then it must be a UUID. */
function sourceIdOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : null;
}

function emailOf(value: unknown): string | null {
  if (isUnset(value)) return null;
  if (isEmail(value)) return value;
  throw new RecordFault("the e-mail address is invalid");
}

function pastOf(value: unknown, name: string, now: number): number | null {
  const time = instantOf(value, name);
  if (time === null || (time >= earliest && time <= now + maxAhead)) {
    return time === null ? null : Math.min(time, now);
  }
  throw new RecordFault(`${name} is not between the year 2000 and now`);
}

function isDisabled(fields: SourceFields, now: number): boolean {
  const until = instantOf(fields.disabledUntil, "the end of the ban");
  if (fields.disabled === undefined) return until !== null && until > now;
  return (
    truthOf(fields.disabled, "whether the user is disabled") &&
    (until === null || until > now)
  );
}

function rolesOf(value: unknown): readonly string[] {
  if (isUnset(value)) return [];
  if (!Array.isArray(value)) throw new RecordFault("roles is not a list");
  const roles = new Set<string>();
  for (const role of value as unknown[]) {
    if (typeof role !== "string" || !roleName.test(role)) {
      throw new RecordFault(
        `roles has something other than role names: ${roleNameRule}`,
      );
    }
    roles.add(role);
  }
  if (roles.size > maxRoles) {
    throw new RecordFault(`roles has more than ${maxRoles} entries`);
  }
  return [...roles];
}

function profileOf(value: unknown): Profile {
  if (isUnset(value)) return {};
  if (!isJsonObject(value)) throw new RecordFault("profile is not an object");
  const fault = profileFault(value);
  if (fault) throw new RecordFault(`profile ${fault.message}`);
  return value;
}
