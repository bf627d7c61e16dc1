import { isUuid, uuidV7 } from "../common/uuid";
import { googleIssuer } from "../identity/google/id-token.claims";
import { digestOf } from "../users/stored-identity";
import type { ImportedUser } from "./imported-user";
import type { NewUser } from "./postgres-user-import.statements";
import { RecordFault } from "./source-record";

/** A user that will be created unless it is known. */
export interface Candidate {
  /** Where its record is in the file. */
  readonly place: string;
  /** The id that it would get. */
  readonly id: string;
  readonly user: ImportedUser;
}

/** It means that there is no id. */
const nilUuid = "00000000-0000-0000-0000-000000000000";

/**
 * @param keepId whether the user keeps the id of the other system; otherwise it
 *   gets one that sorts by the time of its creation
 * @throws RecordFault if that id is not a UUID
 */
export function candidateOf(
  place: string,
  user: ImportedUser,
  keepId: boolean,
): Candidate {
  if (!keepId) return { place, id: uuidV7(user.createdAt), user };
  const id = user.sourceId?.toLowerCase();
  if (isUuid(id) && id !== nilUuid) return { place, id, user };
  throw new RecordFault(
    "the id is not a UUID, so it cannot be kept: import without --keep-ids",
  );
}

/** The user as it is stored. */
export function newUser({ id, user }: Candidate): NewUser {
  const { subject, email, emailVerified, status, roles, profile } = user;
  const { name, givenName, familyName, picture, locale } = user;
  // Google has not signed this. The next sign-in tells more.
  const emailAuthority = emailVerified ? "verified" : "unverified";
  return {
    id,
    subject,
    digest: digestOf({ issuer: googleIssuer, subject }).toString("hex"),
    claims: {
      ...{ email, emailVerified, emailAuthority, hostedDomain: null },
      ...{ name, givenName, familyName, picture, locale },
    },
    status,
    email,
    email_verified: emailVerified,
    email_authority: emailAuthority,
    name,
    given_name: givenName,
    family_name: familyName,
    picture,
    locale,
    roles,
    profile,
    created_at: new Date(user.createdAt).toISOString(),
    last_sign_in_at: new Date(user.lastSignInAt).toISOString(),
  };
}
