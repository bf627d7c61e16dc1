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
  domain,
  isClientId,
  isClientSecret,
  isListOf,
  isRedirectUri,
} from "../environment-rules";
import { isGoogleUrl, ruleOfGoogleUrl } from "../google-urls";
import {
  AsInteger,
  AsList,
  entriesThatAreNot,
  Optional,
  Satisfies,
  Variable,
} from "../variable.decorator";
import { DatabaseVariables } from "./database.variables";

/** Can be used as a prefix of a path. */
const isSecurityEventsUrl = (value: unknown, environment: GoogleVariables) =>
  isGoogleUrl("riscConfig")(value, environment) &&
  !/[?#@]/.test(value as string);

/** Google clients, tokens and endpoints. */
export class GoogleVariables extends DatabaseVariables {
  @Variable({
    option: "google.clientIds",
    purpose:
      "The OAuth client ids of your apps (web, iOS, Android, …) whose ID tokens are accepted.",
    rule: "a comma-separated list of at least one client id, each with an optional label such as ios=…; no placeholder in production",
    faults: entriesThatAreNot(isClientId),
  })
  @AsList()
  @IsArray()
  @ArrayNotEmpty()
  @Satisfies("clientIds", (value, environment: object) =>
    isListOf(value, (entry) => isClientId(entry, environment)),
  )
  GOOGLE_CLIENT_IDS!: string[];

  @Variable({
    option: "hostedDomains",
    purpose:
      "When set, only accounts of these Google Workspace domains (`hd`) may sign in.",
    rule: "a comma-separated list of domain names",
    faults: entriesThatAreNot((entry) => domain.test(entry)),
    defaultText: "none: any account",
  })
  @Optional()
  @AsList()
  @Satisfies("domains", (value) => isListOf(value, domain))
  GOOGLE_HOSTED_DOMAINS?: string[];

  @Variable({
    option: "google.nonce",
    purpose:
      "Whether a Google ID token must contain a nonce issued by `POST /auth/google/nonce`.",
    rule: "optional or required",
    default: "optional",
  })
  @IsIn(["optional", "required"])
  GOOGLE_NONCE!: "optional" | "required";

  @Variable({
    option: "google.idTokenUse",
    purpose: "Whether a Google ID token can be used until it expires, or once.",
    rule: "reusable or once",
    default: "reusable",
  })
  @IsIn(["reusable", "once"])
  GOOGLE_ID_TOKEN_USE!: "reusable" | "once";

  @Variable({
    option: "google.certsUrl",
    purpose: "Where Google publishes its signing certificates (PEM map).",
    rule: ruleOfGoogleUrl("certs"),
    default: "https://www.googleapis.com/oauth2/v1/certs",
  })
  @Satisfies("certsUrl", isGoogleUrl("certs"))
  GOOGLE_CERTS_URL!: string;

  @Variable({
    option: "google.clientSecret",
    purpose:
      "The client secret of the client id labelled `web` in GOOGLE_CLIENT_IDS, or else of the first one. Without it, `POST /auth/google/code` is off (404).",
    rule: "8 to 256 printable characters without spaces, in production not a placeholder",
    defaultText: "none: no authorization codes",
  })
  @Optional()
  @Satisfies("clientSecret", isClientSecret)
  GOOGLE_CLIENT_SECRET?: string;

  @Variable({
    option: "google.redirectUris",
    purpose:
      "The redirect URIs that authorization codes may be requested with, in addition to the `postmessage` of Google's popup; exactly as registered with Google.",
    rule: "a comma-separated list of https URLs, or http ones of localhost, without a fragment or a wildcard",
    faults: entriesThatAreNot(isRedirectUri),
    defaultText: "none: codes of the popup only",
  })
  @Optional()
  @AsList()
  @Satisfies("redirectUris", (value) => isListOf(value, isRedirectUri))
  GOOGLE_REDIRECT_URIS?: string[];

  @Variable({
    option: "google.tokenUrl",
    purpose: "Google's token endpoint, for authorization codes.",
    rule: ruleOfGoogleUrl("token"),
    default: "https://oauth2.googleapis.com/token",
  })
  @Satisfies("tokenUrl", isGoogleUrl("token"))
  GOOGLE_TOKEN_URL!: string;

  @Variable({
    option: "google.userinfoUrl",
    purpose:
      "Google's userinfo endpoint, for sign-ins with an authorization code.",
    rule: ruleOfGoogleUrl("userinfo"),
    default: "https://openidconnect.googleapis.com/v1/userinfo",
  })
  @Satisfies("userinfoUrl", isGoogleUrl("userinfo"))
  GOOGLE_USERINFO_URL!: string;

  @Variable({
    option: "google.tokeninfoUrl",
    purpose:
      "Google's own `tokeninfo`. The service never calls it; refusals of `/tokeninfo` have a `Link` to it, for comparison.",
    rule: ruleOfGoogleUrl("tokeninfo"),
    default: "https://oauth2.googleapis.com/tokeninfo",
  })
  @Satisfies("tokeninfoUrl", isGoogleUrl("tokeninfo"))
  GOOGLE_TOKENINFO_URL!: string;

  @Variable({
    option: "google.scriptUrl",
    purpose:
      "The script of Google Identity Services that the account and admin pages load.",
    rule: ruleOfGoogleUrl("script"),
    default: "https://accounts.google.com/gsi/client",
  })
  @Satisfies("scriptUrl", isGoogleUrl("script"))
  GOOGLE_SCRIPT_URL!: string;

  @Variable({
    purpose:
      "Google's API to register the receiver of security events (Cross-Account Protection), for `node dist/cli.js risc`.",
    rule: `${ruleOfGoogleUrl("riscConfig")}; without a query or a user`,
    default: "https://risc.googleapis.com/v1beta",
  })
  @Satisfies("riscConfigUrl", isSecurityEventsUrl)
  GOOGLE_RISC_CONFIG_URL!: string;

  @Variable({
    purpose:
      "The key file of the service account that may set up security events, for `node dist/cli.js risc`. The service itself never reads it.",
    rule: "a path",
    defaultText: "none: given by `--key-file`",
  })
  @Optional()
  @IsString()
  GOOGLE_APPLICATION_CREDENTIALS?: string;

  @Variable({
    option: "google.clockSkewSeconds",
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
