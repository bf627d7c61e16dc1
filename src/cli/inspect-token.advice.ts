/** What to do about a refusal, by its reason. */
export const adviceOn: Readonly<Record<string, string>> = {
  token_too_large:
    "Google's have about 1,200 bytes. Is there more than the token in it?",
  malformed_token:
    "It has not the three parts of a JWT, with a dot between each. Was it cut, or is it another kind of token?",
  malformed_header:
    "Its first part is no JSON. Was it cut or changed on the way?",
  malformed_payload:
    "Its second part is no JSON. Was it cut or changed on the way?",
  malformed_signature:
    "Its last part is not base64url. Was it cut or changed on the way?",
  duplicate_member:
    "The same member is there twice: Google writes no such token.",
  algorithm_not_allowed:
    "Google signs with RS256 only: this is not Google's, or was changed.",
  key_id_invalid:
    "Google names the key that signed: this is not Google's, or was changed.",
  type_not_allowed: "Another kind of token than an ID token.",
  header_not_allowed:
    "The header asks for a key or a rule of its own: Google's never does.",
  unknown_key:
    "Google does not publish this key. The token is days old, or not of Google: of Firebase, of an emulator, or forged. Of an emulator: set GOOGLE_CERTS_URL to it.",
  bad_signature:
    "Google did not sign this. Something in the token was changed, or it is forged.",
  security_event_token:
    "It reports an event, and nobody signs in with it: it belongs to /security-events.",
  wrong_issuer:
    "It is not of Google. Was it issued by Firebase, or by another provider?",
  wrong_audience:
    "It is for another client id. If that is one of your apps, add it to GOOGLE_CLIENT_IDS; on a phone, give the SDK the web client id as server client id.",
  email_invalid: "Its e-mail address is none: Google writes no such token.",
  service_account:
    "It is of a service account, and not of a person who has signed in.",
  wrong_authorized_party:
    "Another client id has asked for it. If that is one of your apps, such as the one on the phone, add it to GOOGLE_CLIENT_IDS.",
  subject_invalid: "It does not say whose it is, as Google does.",
  nonce_invalid: "Its nonce is too long, or no text.",
  issued_at_invalid: "It does not say when it was issued, as Google does.",
  expiry_invalid: "It does not say when it ends, or ends before it begins.",
  not_before_invalid: "Its nbf is no time.",
  issued_in_future:
    "The clock of this machine is behind, or that of who made it ahead. Is the clock synchronized (NTP)?",
  not_yet_valid:
    "The clock of this machine is behind, or that of who made it ahead. Is the clock synchronized (NTP)?",
  lifetime_too_long:
    "Google's live for one hour: this is not of Sign in with Google.",
  expired:
    "It lives for one hour: get a fresh one for each sign-in, and use the tokens of this service after it. If it is fresh, the clock of this machine is wrong.",
  hosted_domain_invalid:
    "Its hosted domain is none: Google writes no such token.",
  refused_by_google_auth_library:
    "google-auth-library refuses what our checks let through: please report it, without the token.",
  hosted_domain_not_allowed:
    "The account is not of a Workspace domain in GOOGLE_HOSTED_DOMAINS. An e-mail address that ends in the domain is not enough: hd says it.",
  email_not_verified:
    "Google does not vouch for an e-mail address. Was the scope `email` asked for? REQUIRE_VERIFIED_EMAIL=false lets it in.",
  nonce_missing:
    "GOOGLE_NONCE=required: get one of POST /auth/google/nonce and give it to Google's SDK before signing in.",
};
