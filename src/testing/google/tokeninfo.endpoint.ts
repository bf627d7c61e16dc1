import { verify } from "node:crypto";
import {
  jsonAnswer,
  type EmulatorAnswer,
  type EmulatorRequest,
} from "./emulator-answer";
import type { GrantedAccess, GoogleGrants } from "./grants";
import { GOOGLE_ISSUER } from "./id-token.mint";
import type { GoogleKeyRing } from "./key-ring";
import { shownBy } from "./scopes";
import { Form, OAuthRefusal } from "./oauth-form";

/** The state of the tokeninfo endpoints. */
export interface TokenInfoState {
  readonly keys: GoogleKeyRing;
  readonly grants: GoogleGrants;
  readonly now: () => Date;
}

type Json = Record<string, unknown>;

const ISSUERS: readonly unknown[] = [GOOGLE_ISSUER, "accounts.google.com"];

/**
 * `GET` or `POST /tokeninfo` with `id_token` or `access_token`: returns the
 * claims, with all values as strings. It verifies signature, issuer and expiry
 * but, like Google, not the audience.
 * https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
 *
 * @throws OAuthRefusal 400 `invalid_token`, without a reason
 */
export function tokenInfoAnswer(
  state: TokenInfoState,
  request: EmulatorRequest,
): EmulatorAnswer {
  const [query, form] = [Form.from(request.query), Form.of(request)];
  const given = (name: string) => query.get(name) ?? form.get(name);
  const idToken = given("id_token");
  const accessToken = given("access_token");
  if (idToken !== undefined) {
    return jsonAnswer(asTexts(verifiedClaims(state, idToken)));
  }
  if (accessToken !== undefined) {
    const access = state.grants.access(accessToken, state.now());
    return jsonAnswer(asTexts(accessInfo(access ?? refuse(), state.now())));
  }
  throw new OAuthRefusal(
    "invalid_token",
    "Either access_token, id_token, or token_handle required",
  );
}

/**
 * `/oauth2/v3/tokeninfo`, the older endpoint: its errors have no `error`.
 *
 * @throws nothing; refusals are returned
 */
export function oldTokenInfoAnswer(
  state: TokenInfoState,
  request: EmulatorRequest,
): EmulatorAnswer {
  try {
    return tokenInfoAnswer(state, request);
  } catch (cause) {
    if (!(cause instanceof OAuthRefusal)) {
      throw cause;
    }
    return jsonAnswer(
      { error_description: cause.description },
      { status: cause.status },
    );
  }
}

/** The claims and header of a valid ID token. */
function verifiedClaims({ keys, now }: TokenInfoState, idToken: string): Json {
  const segments = idToken.split(".");
  const [header, payload] = segments.slice(0, 2).map(parsed);
  const key = keys.published.find((one) => one.kid === header?.kid);
  const isSigned =
    segments.length === 3 &&
    header?.alg === "RS256" &&
    key !== undefined &&
    verify(
      "sha256",
      Buffer.from(segments.slice(0, 2).join(".")),
      key.publicKey,
      Buffer.from(segments[2] ?? "", "base64url"),
    );
  const isLive =
    typeof payload?.exp === "number" && payload.exp * 1000 > now().getTime();
  if (!isSigned || !isLive || !ISSUERS.includes(payload.iss)) {
    return refuse();
  }
  const { alg, kid, typ } = header;
  return { ...payload, alg, kid, typ };
}

function accessInfo({ grant, expiresAt }: GrantedAccess, now: Date): Json {
  const { clientId, scopes, account, offline } = grant;
  const { email, emailVerified } = shownBy(scopes, account);
  return {
    azp: clientId,
    aud: clientId,
    sub: account.sub,
    scope: scopes.join(" "),
    exp: Math.floor(expiresAt / 1000),
    expires_in: Math.floor((expiresAt - now.getTime()) / 1000),
    email,
    email_verified: email === undefined ? undefined : emailVerified,
    access_type: offline ? "offline" : "online",
  };
}

function asTexts(claims: Json): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
  );
}

function parsed(segment: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(
      Buffer.from(segment, "base64url").toString(),
    );
    return typeof value === "object"
      ? ((value as Json | null) ?? undefined)
      : undefined;
  } catch {
    return undefined;
  }
}

function refuse(): never {
  throw new OAuthRefusal("invalid_token", "Invalid Value");
}
