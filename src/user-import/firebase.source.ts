import { additions, type ImportSource } from "./import-source";
import { SourceRecord } from "./source-record";

/**
 * `firebase auth:export users.json`.
 *
 * @see https://firebase.google.com/docs/cli/auth
 */
export const firebase: ImportSource = {
  tables: { users: "users" },
  fieldsOf(user) {
    const google = SourceRecord.only(
      user
        .list("providerUserInfo")
        .filter((account) => account.get("providerId") === "google.com"),
    );
    if (!google) return undefined;
    const email = google.get("email") ?? user.get("email");
    return {
      subject: google.get("rawId"),
      id: user.get("localId"),
      email,
      // It is about the user's address, which may not be that of the account.
      emailVerified: email === user.get("email") && user.get("emailVerified"),
      name: google.get("displayName") ?? user.get("displayName"),
      picture: google.get("photoUrl") ?? user.get("photoUrl"),
      createdAt: user.get("createdAt"),
      lastSignInAt: user.get("lastSignedInAt"),
      disabled: user.get("disabled"),
      ...additions(user),
    };
  },
};
