/**
 * Maximum number of roles of one user: every access token contains all of them.
 */
export const maxRoles = 32;

/** The form of a role's name. */
export const roleName = /^[a-z][a-z0-9._:-]{0,63}$/;

/** The form in words, for error messages. */
export const roleNameRule =
  "a lower-case letter, then at most 63 of a-z 0-9 . _ : -";
