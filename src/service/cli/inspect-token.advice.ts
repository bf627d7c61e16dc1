/** What to do about a refusal, by its reason. */
export const adviceOn: Readonly<Record<string, string>> = {
  token_too_large:
    "Google's ID tokens have about 1,200 bytes. Was more than the token copied?",
  malformed_token:
    "A JWT has three parts, separated by dots. Was it cut off, or is it another kind of token?",
  malformed_header:
    "The first part is not JSON. Was it cut off or changed on the way?",
  malformed_payload:
    "The second part is not JSON. Was it cut off or changed on the way?",
  malformed_signature:
    "The last part is not base64url. Was it cut off or changed on the way?",
  duplicate_member:
    "An object in it has the same member twice. Google never issues such a token.",
  algorithm_not_allowed:
    "Google signs with RS256 only. This is not Google's token, or it was changed.",
  key_id_invalid:
    "Google always names the signing key. This is not Google's token, or it was changed.",
  type_not_allowed: "This is another kind of token, not an ID token.",
  header_not_allowed:
    "The header brings its own key or its own rules, which Google's never does.",
  unknown_key:
    "Google does not publish this key. The token is days old, or it was not signed by Google but by Firebase, an emulator or an attacker. For an emulator, set GOOGLE_CERTS_URL to its address.",
  bad_signature:
    "Google did not sign this. The token was changed, or it is forged.",
  security_event_token:
    "This is a security event, which cannot be used to sign in. It belongs at /security-events.",
  wrong_issuer:
    "Google did not issue this. Does it come from Firebase or another provider?",
  wrong_audience:
    "It was issued for another client id. If that is one of your apps, add it to GOOGLE_CLIENT_IDS. On a phone, give the SDK the web client id as its server client id.",
  email_invalid:
    "The e-mail address is malformed. Google never issues such a token.",
  service_account: "It belongs to a service account, not to a person.",
  wrong_authorized_party:
    "Another client id requested it. If that is one of your apps, such as the one on the phone, add it to GOOGLE_CLIENT_IDS.",
  subject_invalid:
    "The subject (sub) is missing or malformed. Google never issues such a token.",
  nonce_invalid: "The nonce is too long or not a string.",
  issued_at_invalid:
    "The time of issue (iat) is missing or malformed. Google never issues such a token.",
  expiry_invalid:
    "The expiry (exp) is missing, malformed or not after the time of issue.",
  not_before_invalid: "The claim nbf is not a time.",
  issued_in_future:
    "This machine's clock is slow, or the issuer's is fast. Is the clock synchronized (NTP)?",
  not_yet_valid:
    "This machine's clock is slow, or the issuer's is fast. Is the clock synchronized (NTP)?",
  lifetime_too_long:
    "Google's ID tokens are valid for one hour. This does not come from Sign in with Google.",
  expired:
    "An ID token is valid for one hour. Get a fresh one for each sign-in, then use this service's own tokens. If it is fresh, this machine's clock is wrong.",
  hosted_domain_invalid:
    "The hosted domain (hd) is malformed. Google never issues such a token.",
  refused_by_google_auth_library:
    "google-auth-library rejects what our own checks accept. Please report this, without the token.",
  hosted_domain_not_allowed:
    "The account does not belong to a Workspace domain in GOOGLE_HOSTED_DOMAINS. Only the claim hd counts: an e-mail address in the domain is not enough.",
  email_not_verified:
    "Google does not vouch for the e-mail address. Was the scope `email` requested? REQUIRE_VERIFIED_EMAIL=false accepts it.",
  nonce_missing:
    "GOOGLE_NONCE=required: get a nonce from POST /auth/google/nonce and pass it to Google's SDK before signing in.",
};
