import { additions, type ImportSource } from "./import-source";
import { RecordFault, SourceRecord } from "./source-record";

const isGoogle = (identity: SourceRecord) =>
  identity.get("provider") === "google";

/**
 * `auth.users` with their `auth.identities`, or users as the admin API lists
 * them.
 *
 * @see https://supabase.com/docs/guides/auth/identities
 */
export const supabase: ImportSource = {
  tables: {
    users: "users",
    accounts: {
      table: "identities",
      ownerOf: (identity) =>
        isGoogle(identity) ? identity.get("user_id") : undefined,
    },
  },
  fieldsOf(user) {
    const identity = SourceRecord.only(
      user.list("identities").filter(isGoogle),
    );
    if (!identity) return undefined;
    const claims = SourceRecord.of(
      identity.get("identity_data") ?? {},
      "identity_data",
    );
    const [subject, providerId] = [
      claims.get("sub"),
      identity.get("provider_id"),
    ];
    if (subject && providerId && subject !== providerId) {
      throw new RecordFault("provider_id and identity_data.sub differ");
    }
    return {
      subject: subject ?? providerId,
      id: user.get("id"),
      email: claims.get("email") ?? user.get("email"),
      emailVerified: claims.get("email_verified"),
      name: claims.get("full_name", "name"),
      picture: claims.get("picture", "avatar_url"),
      createdAt: user.get("created_at"),
      lastSignInAt: user.get("last_sign_in_at"),
      deletedAt: user.get("deleted_at"),
      disabledUntil: user.get("banned_until"),
      ...additions(user),
    };
  },
};
