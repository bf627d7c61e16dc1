import { additions, type ImportSource } from "./import-source";
import { SourceRecord } from "./source-record";

const isGoogle = (account: SourceRecord) =>
  account.get("providerId", "provider_id") === "google";

/**
 * The tables `user` and `account` of Better Auth, in camel case or snake case.
 *
 * @see https://www.better-auth.com/docs/concepts/database
 */
export const betterAuth: ImportSource = {
  tables: {
    users: "user",
    accounts: {
      table: "account",
      ownerOf: (account) =>
        isGoogle(account) ? account.get("userId", "user_id") : undefined,
    },
  },
  fieldsOf(user) {
    const account = SourceRecord.only(user.list("account").filter(isGoogle));
    if (!account) return undefined;
    return {
      subject: account.get("accountId", "account_id"),
      id: user.get("id"),
      email: user.get("email"),
      emailVerified: user.get("emailVerified", "email_verified"),
      name: user.get("name"),
      picture: user.get("image"),
      createdAt: user.get("createdAt", "created_at"),
      // Of the admin plugin.
      disabled: user.get("banned") ?? false,
      disabledUntil: user.get("banExpires", "ban_expires"),
      ...additions(user),
    };
  },
};
