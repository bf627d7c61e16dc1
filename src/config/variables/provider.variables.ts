import { Transform } from "class-transformer";
import { Optional, Satisfies, Variable } from "../variable.decorator";
import {
  faultsOfProviders,
  parseProviders,
  type VerifyTokenProviderSettings,
} from "../verify-token-providers";
import { GoogleVariables } from "./google.variables";

/** Identity providers other than Google. */
export class ProviderVariables extends GoogleVariables {
  @Variable({
    option: "verifyTokenProviders",
    purpose:
      "Identity providers whose tokens a remote Verify Token API verifies, for `POST /auth/:provider`; see docs/providers.md. The names are part of the users' identities, so never change one.",
    rule: "a JSON array of objects with name, url, clientId and optionally authentication, tokenType, issuer, claims, timeoutMilliseconds",
    defaultText: "none",
    faults: (value) => faultsOfProviders(parseProviders(value)),
  })
  @Optional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === "string" ? parseProviders(value) : value,
  )
  @Satisfies("providers", (value) => faultsOfProviders(value).length === 0)
  VERIFY_TOKEN_PROVIDERS?: readonly VerifyTokenProviderSettings[];
}
