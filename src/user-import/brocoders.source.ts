import { additions, type ImportSource } from "./import-source";

/** The id of the status Inactive. */
const inactive = 2;

/**
 * The table `user` of the NestJS boilerplate by Brocoders.
 *
 * @see https://github.com/brocoders/nestjs-boilerplate
 */
export const brocoders: ImportSource = {
  tables: { users: "user" },
  fieldsOf(user) {
    if (user.get("provider") !== "google") return undefined;
    const names = [user.get("firstName"), user.get("lastName")];
    return {
      subject: user.get("socialId"),
      id: user.get("id"),
      email: user.get("email"),
      name: names.filter((name) => typeof name === "string").join(" "),
      givenName: names[0],
      familyName: names[1],
      createdAt: user.get("createdAt"),
      deletedAt: user.get("deletedAt"),
      disabled: user.get("statusId") === inactive,
      ...additions(user),
    };
  },
};
