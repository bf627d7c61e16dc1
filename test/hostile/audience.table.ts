import { type HostileCase, token } from "./hostile-case";
import { nearTexts, noTexts } from "./near-misses";
import type { Target } from "./target";

type OfTarget<Value> = (target: Target) => Value;

const otherClient =
  "210987654321-evil7k2m9c0x8w1z5n3j7h2d6q1r5v8.apps.googleusercontent.com";

/** Audiences or authorized parties of other applications. */
const otherParties: [string, OfTarget<unknown>][] = [
  ["another Google client", () => otherClient],
  ["a Firebase project", () => "our-project"],
  ["an IAP resource", () => "/projects/123456789012/apps/our-project"],
  ["this service", () => "https://service.example"],
  ["the project number", ({ google }) => google.clientIds[0].split("-")[0]],
  [
    "the id without its domain",
    ({ google }) => google.clientIds[0].split(".")[0],
  ],
  ["an array of all of ours", ({ google }) => google.clientIds],
  ["all of ours in one string", ({ google }) => google.clientIds.join(",")],
  ["ours with its label", ({ google }) => `ios=${google.clientIds[1]}`],
];

const otherIssuers: readonly string[] = [
  "http://accounts.google.com",
  "HTTPS://accounts.google.com",
  "https://Accounts.Google.com",
  "https://accounts.google.com:443",
  "https://accounts.google.com#",
  "https://accounts.google.com?",
  "https:accounts.google.com",
  "//accounts.google.com",
  "https://user@accounts.google.com",
  "https://www.accounts.google.com",
  "https://google.com",
  "googleapis.com",
  "https://www.googleapis.com",
  "accounts.goog1e.com",
  "https://accounts.youtube.com",
  "https://securetoken.google.com/our-project",
  "https://session.firebase.google.com/our-project",
  "https://cloud.google.com/iap",
  "https://oauth2.googleapis.com",
  "https://sts.googleapis.com",
  "https://appleid.apple.com",
  "https://login.microsoftonline.com/common/v2.0",
  "https://www.facebook.com",
  "https://token.actions.githubusercontent.com",
  "https://service.example",
];

/** An invalid claim in an otherwise valid token. */
function claim(
  id: string,
  name: string,
  what: string,
  reason: string,
  value: OfTarget<unknown>,
): HostileCase {
  return token(id, `${name} ${what}`, reason, (target) =>
    target.google.idToken({ claims: { [name]: value(target) } }),
  );
}

/** A string claim with every wrong type and every similar value. */
function spoilt(
  id: string,
  name: string,
  reason: string,
  right: OfTarget<string>,
): HostileCase[] {
  return [...noTexts, ...nearTexts].map(([what, spoil]) =>
    claim(id, name, what, reason, (target) => spoil(right(target))),
  );
}

const ours: OfTarget<string> = ({ google }) => google.clientIds[0];

export const audienceCases: HostileCase[] = [
  claim("G-022", "aud", "absent", "wrong_audience", () => undefined),
  ...spoilt("G-022", "aud", "wrong_audience", ours),
  ...otherParties.map(([what, value]) =>
    claim("G-021", "aud", what, "wrong_audience", value),
  ),
  token(
    "G-021",
    "a token of another app, azp and all",
    "wrong_audience",
    ({ google, known }) =>
      google.idToken({ account: known, audience: otherClient }),
  ),
  token("G-021", "another app's audience, ours as azp", "wrong_audience", (t) =>
    t.google.idToken({ audience: otherClient, azp: ours(t) }),
  ),
];

export const authorizedPartyCases: HostileCase[] = [
  ...spoilt("G-027", "azp", "wrong_authorized_party", ours),
  ...otherParties.map(([what, value]) =>
    claim("G-027", "azp", what, "wrong_authorized_party", value),
  ),
  claim(
    "G-027",
    "azp",
    "the number of a service account",
    "wrong_authorized_party",
    () => "110248495921238986420",
  ),
];

export const issuerCases: HostileCase[] = [
  claim("G-032", "iss", "absent", "wrong_issuer", () => undefined),
  ...["https://accounts.google.com", "accounts.google.com"].flatMap((right) =>
    spoilt("G-032", "iss", "wrong_issuer", () => right).map((given) => ({
      ...given,
      name: `${given.name} (${right})`,
    })),
  ),
  ...otherIssuers.map((issuer) =>
    claim("G-031", "iss", issuer, "wrong_issuer", () => issuer),
  ),
  claim(
    "G-033",
    "iss",
    "an attacker's",
    "wrong_issuer",
    ({ trap }) => trap.url,
  ),
  token(
    "G-033",
    "an attacker's own provider, with its key",
    "unknown_key",
    async ({ google, trap }) =>
      google.idToken({
        key: await google.keys.foreign(),
        claims: { iss: trap.url },
      }),
  ),
  token(
    "G-033",
    "an attacker's own provider, under Google's kid",
    "bad_signature",
    ({ google, trap }) =>
      google.idToken({ signWith: "foreign", claims: { iss: trap.url } }),
  ),
];
