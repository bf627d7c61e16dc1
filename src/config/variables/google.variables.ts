import {
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsString,
  Max,
  Min,
} from "class-validator";
import {
  clientId,
  domain,
  inProduction,
  isClientSecret,
  isGoogleUrl,
  isListOf,
  isRedirectUri,
  isUrl,
  securityEventHosts,
} from "../environment-rules";
import {
  AsInteger,
  AsList,
  Optional,
  Satisfies,
  Variable,
} from "../variable.decorator";

/** Of Google's own in production; anywhere, such as on an emulator, outside it. */
const atGoogle = (value: unknown, environment: GoogleVariables) =>
  inProduction(environment)
    ? isGoogleUrl(value)
    : isUrl(value, ["http:", "https:"]);

/** The same, and fit to be put in front of a path. */
const atSecurityEvents = (value: unknown, environment: GoogleVariables) =>
  (inProduction(environment)
    ? isGoogleUrl(value, securityEventHosts)
    : isUrl(value, ["http:", "https:"])) && !/[?#@]/.test(value as string);

/** What is believed of Google. */
export class GoogleVariables {
  @Variable({
    purpose:
      "The OAuth client ids of your apps (web, iOS, Android, …): whose ID tokens are accepted.",
    rule: "a comma list of at least one client id, each optionally labelled as in ios=…",
  })
  @AsList()
  @IsArray()
  @ArrayNotEmpty()
  @Satisfies("clientIds", (value) => isListOf(value, clientId))
  GOOGLE_CLIENT_IDS!: string[];

  @Variable({
    purpose:
      "When set, only accounts of these Google Workspace domains (`hd`) may sign in.",
    rule: "a comma list of domain names",
    defaultText: "none: any account",
  })
  @Optional()
  @AsList()
  @Satisfies("domains", (value) => isListOf(value, domain))
  GOOGLE_HOSTED_DOMAINS?: string[];

  @Variable({
    purpose:
      "Whether a Google ID token must carry a nonce given out by `POST /auth/google/nonce`.",
    rule: "optional or required",
    default: "optional",
  })
  @IsIn(["optional", "required"])
  GOOGLE_NONCE!: "optional" | "required";

  @Variable({
    purpose:
      "Whether a Google ID token signs in as long as it lives, or one time.",
    rule: "reusable or once",
    default: "reusable",
  })
  @IsIn(["reusable", "once"])
  GOOGLE_ID_TOKEN_USE!: "reusable" | "once";

  @Variable({
    purpose: "Where Google publishes its signing certificates (PEM map).",
    rule: "a URL; in production an https URL of Google's",
    default: "https://www.googleapis.com/oauth2/v1/certs",
  })
  @Satisfies("certsUrl", atGoogle)
  GOOGLE_CERTS_URL!: string;

  @Variable({
    purpose:
      "The client secret of the one of GOOGLE_CLIENT_IDS that is labelled `web`, or else of the first: for `POST /auth/google/code`, which is off (404) without it.",
    rule: "8 to 256 printable characters without blanks, in production no placeholder",
    defaultText: "none: no authorization codes",
  })
  @Optional()
  @Satisfies("clientSecret", isClientSecret)
  GOOGLE_CLIENT_SECRET?: string;

  @Variable({
    purpose:
      "The redirect URIs that authorization codes may have been asked for with, beside the `postmessage` of Google's popup; each as it is registered with Google.",
    rule: "a comma list of https URLs, or http ones of localhost, without a fragment or a wildcard",
    defaultText: "none: codes of the popup only",
  })
  @Optional()
  @AsList()
  @Satisfies("redirectUris", (value) => isListOf(value, isRedirectUri))
  GOOGLE_REDIRECT_URIS?: string[];

  @Variable({
    purpose: "Where Google exchanges authorization codes.",
    rule: "a URL; in production an https URL of Google's",
    default: "https://oauth2.googleapis.com/token",
  })
  @Satisfies("tokenUrl", atGoogle)
  GOOGLE_TOKEN_URL!: string;

  @Variable({
    purpose:
      "Where Google tells the profile of who has signed in by an authorization code.",
    rule: "a URL; in production an https URL of Google's",
    default: "https://openidconnect.googleapis.com/v1/userinfo",
  })
  @Satisfies("userinfoUrl", atGoogle)
  GOOGLE_USERINFO_URL!: string;

  @Variable({
    purpose:
      "Google's own `tokeninfo`. The service never asks it; what `TOKENINFO` refuses is answered with a `Link` to it, for comparison.",
    rule: "a URL; in production an https URL of Google's",
    default: "https://oauth2.googleapis.com/tokeninfo",
  })
  @Satisfies("tokeninfoUrl", atGoogle)
  GOOGLE_TOKENINFO_URL!: string;

  @Variable({
    purpose:
      "Where Google is told who receives its security events: the Cross-Account Protection API, for `node dist/cli.js risc`.",
    rule: "a URL without a query or a user; in production an https URL of Google's",
    default: "https://risc.googleapis.com/v1beta",
  })
  @Satisfies("riscConfigUrl", atSecurityEvents)
  GOOGLE_RISC_CONFIG_URL!: string;

  @Variable({
    purpose:
      "The key file of the service account that may set up security events, for `node dist/cli.js risc`. The service itself never reads it.",
    rule: "a path",
    defaultText: "none: `--key-file` says it",
  })
  @Optional()
  @IsString()
  GOOGLE_APPLICATION_CREDENTIALS?: string;

  @Variable({
    purpose: "How far Google's clock and ours may differ, in seconds.",
    rule: "an integer from 0 to 300",
    default: 60,
  })
  @AsInteger()
  @IsInt()
  @Min(0)
  @Max(300)
  CLOCK_SKEW_SECONDS!: number;
}
