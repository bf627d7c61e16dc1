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

/** Access tokens and signing keys. */
export class TokenVariables extends UserVariables {
  @Variable({
    option: "accessTokens.ttlSeconds",
    purpose: "Lifetime of an access token, in seconds.",
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
    purpose: "The audience (`aud`) of the access tokens.",
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
      "Whether clients may or must bind their tokens to a key with DPoP proofs (RFC 9449).",
    rule: "off, optional or required",
    default: "off",
  })
  @IsIn(["off", "optional", "required"])
  DPOP!: "off" | "optional" | "required";

  @Variable({
    option: "dpopNonce",
    purpose:
      "Whether DPoP proofs must contain a nonce issued by this service, so that they cannot be created in advance.",
    rule: "optional or required",
    default: "optional",
  })
  @IsIn(["optional", "required"])
  DPOP_NONCE!: "optional" | "required";

  @Variable({
    option: "introspectionClients",
    purpose:
      "The services that may introspect access tokens at `POST /oauth/introspect`, with HTTP Basic.",
    rule: "a comma-separated list of id:secret, each id once and of letters, digits and . _ ~ -, each secret 32 to 256 printable characters of random origin, not a placeholder",
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
      "Days after which the key that signs the access tokens is rotated.",
    rule: "an integer from 1 to 365, or off",
    default: 30,
  })
  @AsInteger()
  @Satisfies("rotationDays", isRotationDays)
  SIGNING_KEY_ROTATION_DAYS!: number | string;

  @Variable({
    option: "signingKeys.pem",
    purpose:
      "Signs the access tokens instead of keys in the database, if you manage secrets elsewhere.",
    rule: "an unencrypted PEM private key, EC P-256 or RSA of 2048 bits or more; \\n may stand for a line break",
    defaultText: "none: keys are generated, stored in the database and rotated",
  })
  @Optional()
  @Satisfies("signingKey", isSigningKeyPem)
  SIGNING_KEY_PEM?: string;

  @Variable({
    option: "signingKeys.previousPem",
    purpose:
      "A second key that is published and accepted but does not sign: the previous or next SIGNING_KEY_PEM, during a rotation.",
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
