/**
 * What waits for an e-mail address: an invitation, or a user from before there
 * was sign-in with Google.
 *
 * `$1` is the address, verified. `$2` says whether the provider is authoritative
 * for it: only then is it certain that the account belongs to the known user.
 * Otherwise the mailbox may have changed hands.
 */
export const findPlace = `
  SELECT tenant, role FROM public.users
  WHERE email = lower($1) AND google_auth_id IS NULL AND $2
  UNION ALL
  SELECT tenant, role FROM public.invitations
  WHERE email = lower($1)
    AND NOT EXISTS (SELECT FROM public.users WHERE email = lower($1))
  LIMIT 1`;

export interface Place {
  readonly tenant: string;
  readonly role: string;
}

/** The parameters of `findPlace`. */
export function ownerOf({
  email,
  emailAuthority,
}: {
  readonly email: string | null;
  readonly emailAuthority: string;
}): [string | null, boolean] {
  return [email, emailAuthority === "authoritative"];
}
