import { Injectable } from "@nestjs/common";
import { AuthError, type FieldError } from "../common/auth-error";
import { isJsonObject, profileFault } from "./profile-limits";
import { type Profile, ProfileSchema } from "./profile-schema.port";

/** Field names that are safe to repeat to the client. */
const plainName = /^[\w.[\]-]{1,200}$/;
/** Maximum number of reported errors. */
const maxErrors = 20;

/** Validates profiles against the general limits and the app's schema. */
@Injectable()
export class Profiles {
  constructor(private readonly schema: ProfileSchema) {}

  /** Whether the user has provided everything that the app requires. */
  async isComplete(profile: Profile): Promise<boolean> {
    return (await this.schema.missing(profile)).length === 0;
  }

  /**
   * The first profile of a user. All fields must be valid; required ones may be
   * missing and added later.
   *
   * @param sent untrusted; undefined or null if the client sent none
   * @throws AuthError `invalid_request`
   */
  async first(sent: unknown): Promise<Profile> {
    return sent === undefined || sent === null ? {} : this.merged({}, sent);
  }

  /**
   * A profile after a change: each sent field replaces the stored one, and null
   * removes it (RFC 7396, at the top level only).
   *
   * Only the sent fields are validated, and a change must not make a complete
   * profile incomplete. Other errors of the stored profile, such as a field
   * that the app no longer knows, do not reject the change.
   *
   * @param current as stored
   * @param sent untrusted
   * @param finish whether the profile must be complete afterwards
   * @throws AuthError `invalid_request`
   * @see https://www.rfc-editor.org/rfc/rfc7396
   */
  async changed(
    current: Profile,
    sent: unknown,
    { finish = false }: { readonly finish?: boolean } = {},
  ): Promise<Profile> {
    const profile = await this.merged(current, sent);
    const missing = await this.schema.missing(profile);
    if (missing.length > 0 && (finish || (await this.isComplete(current)))) {
      throw refusal(missing);
    }
    return profile;
  }

  private async merged(current: Profile, sent: unknown): Promise<Profile> {
    if (!isJsonObject(sent)) {
      throw new AuthError("invalid_request", {
        errors: [{ field: "profile", message: "must be a JSON object" }],
      });
    }
    refuseFault(sent);
    const parsed = await this.schema.parse(
      withoutNulls({ ...current, ...sent }),
    );
    const names = Object.keys(sent);
    const errors = parsed.errors.filter(({ field }) => isWithin(field, names));
    if (errors.length > 0) throw refusal(errors);
    // Fields that were not sent remain as stored, even if the schema would now
    // parse them differently.
    const untouched = Object.entries(current).filter(
      ([name]) => !Object.hasOwn(sent, name),
    );
    const profile = withoutNulls({
      ...parsed.profile,
      ...Object.fromEntries(untouched),
    });
    refuseFault(profile);
    return profile;
  }
}

function withoutNulls(profile: Profile): Profile {
  return Object.fromEntries(
    Object.entries(profile).filter(([, value]) => value !== null),
  );
}

function refuseFault(profile: Profile): void {
  const fault = profileFault(profile);
  if (fault) throw new AuthError("invalid_request", { errors: [fault] });
}

/** Whether a path is the whole profile, one of these fields, or below one. */
function isWithin(path: string, names: readonly string[]): boolean {
  return (
    path === "" ||
    names.some((name) => path === name || path.startsWith(`${name}.`))
  );
}

function refusal(errors: readonly FieldError[]): AuthError {
  return new AuthError("invalid_request", {
    errors: errors.slice(0, maxErrors).map(({ field, message }) => ({
      field: plainName.test(field) ? `profile.${field}` : "profile",
      message,
    })),
  });
}
