/** The paths of Google's OAuth endpoints, as on Google's hosts. */
export const oauthPaths = {
  authorization: "/o/oauth2/v2/auth",
  /**
   * The page that the button of Google Identity Services opens in redirect
   * mode.
   */
  identityServices: "/gsi/select",
  /** The emulated Google script, and the dialogs that it opens. */
  gsiClient: "/gsi/client",
  gsiPopup: "/gsi/popup",
  gsiOneTap: "/gsi/one-tap",
  gsiCode: "/gsi/code",
  gsiRevoke: "/gsi/revoke",
  token: "/token",
  revoke: "/revoke",
  userInfo: "/v1/userinfo",
  oldUserInfo: "/oauth2/v3/userinfo",
  tokenInfo: "/tokeninfo",
  oldTokenInfo: "/oauth2/v3/tokeninfo",
} as const;
