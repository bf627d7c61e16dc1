import { IsIn, IsInt, IsNotEmpty, Max, Min } from "class-validator";
import {
  isIntrospectionClient,
  isIntrospectionClientList,
  isRotationDays,
  isSigningKeyPem,
  isVerificationKeyPem,
} from "../environment-rules";
import {
  AsInteger,
  AsList,
  entriesThatAreNot,
  Optional,
  Satisfies,
  Variable,
} from "../variable.decorator";
import { UserVariables } from "./user.variables";

/** What is issued, to whom, and signed by what. */
export class TokenVariables extends UserVariables {
  @Variable({
    option: "accessTokens.ttlSeconds",
    purpose: "Life of an access token, in seconds.",
    rule: "an integer from 60 to 3600",
    default: 900,
  })
  @AsInteger()
  @IsInt()
  @Min(60)
  @Max(3600)
  ACCESS_TOKEN_TTL_SECONDS!: number;

  @Variable({
    option: "accessTokens.audience",
    purpose: "Who the access tokens are for (`aud`).",
    rule: "a non-empty string of at most 255 characters",
    defaultText: "`PUBLIC_URL`",
  })
  @Optional()
  @IsNotEmpty()
  @Satisfies("audience", (value) => String(value).length <= 255)
  ACCESS_TOKEN_AUDIENCE?: string;

  @Variable({
    option: "dpop",
    purpose:
      "Whether clients may bind their tokens to a key of theirs by DPoP proofs (RFC 9449), or have to.",
    rule: "off, optional or required",
    default: "off",
  })
  @IsIn(["off", "optional", "required"])
  DPOP!: "off" | "optional" | "required";

  @Variable({
    option: "dpopNonce",
    purpose:
      "Whether DPoP proofs must carry a nonce given out by this service, so that none can be made in advance.",
    rule: "optional or required",
    default: "optional",
  })
  @IsIn(["optional", "required"])
  DPOP_NONCE!: "optional" | "required";

  @Variable({
    option: "introspectionClients",
    purpose:
      "The services that may ask about access tokens at `POST /oauth/introspect`, by HTTP Basic.",
    rule: "a comma list of id:secret, each id once and of letters, digits and . _ ~ -, each secret 32 to 256 printable characters of your own making, no placeholder",
    defaultText: "none",
    faults: entriesThatAreNot(isIntrospectionClient),
  })
  @Optional()
  @AsList()
  @Satisfies("introspectionClients", isIntrospectionClientList)
  INTROSPECTION_CLIENTS?: string[];

  @Variable({
    option: "signingKeys.rotationDays",
    purpose:
      "After how many days the key that signs the access tokens is replaced.",
    rule: "an integer from 1 to 365, or off",
    default: 30,
  })
  @AsInteger()
  @Satisfies("rotationDays", isRotationDays)
  SIGNING_KEY_ROTATION_DAYS!: number | string;

  @Variable({
    option: "signingKeys.pem",
    purpose:
      "Signs the access tokens in the place of keys in the database, for those who have a place for secrets of their own.",
    rule: "an unencrypted PEM private key, EC P-256 or RSA of 2048 bits or more; \\n may stand for a line break",
    defaultText: "none: keys are made, kept in the database and replaced",
  })
  @Optional()
  @Satisfies("signingKey", isSigningKeyPem)
  SIGNING_KEY_PEM?: string;

  @Variable({
    option: "signingKeys.previousPem",
    purpose:
      "A second key that is accepted and published and does not sign: the one before or after SIGNING_KEY_PEM, during a change.",
    rule: "a PEM private or public key as SIGNING_KEY_PEM, and only together with it",
    defaultText: "none",
  })
  @Optional()
  @Satisfies(
    "previousSigningKey",
    (value, environment: TokenVariables) =>
      environment.SIGNING_KEY_PEM !== undefined && isVerificationKeyPem(value),
  )
  SIGNING_KEY_PEM_PREVIOUS?: string;
}
