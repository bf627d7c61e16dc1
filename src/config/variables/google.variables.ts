import { ArrayNotEmpty, IsArray, IsIn, IsInt, Max, Min } from "class-validator";
import {
  clientId,
  domain,
  inProduction,
  isGoogleUrl,
  isListOf,
  isUrl,
} from "../environment-rules";
import {
  AsInteger,
  AsList,
  Optional,
  Satisfies,
  Variable,
} from "../variable.decorator";

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
  @Satisfies("certsUrl", (value, environment: GoogleVariables) =>
    inProduction(environment)
      ? isGoogleUrl(value)
      : isUrl(value, ["http:", "https:"]),
  )
  GOOGLE_CERTS_URL!: string;

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
