import { Inject, Injectable } from "@nestjs/common";
import { Clock } from "../common/clock.port";
import { IDENTITY_OPTIONS, type IdentityOptions } from "./identity.options";
import { IdentityVerifier } from "./identity-verifier.port";
import { VerifyTokenApiVerifier } from "./remote/verify-token-api.verifier";

/** What Google is called where a provider is named. */
export const googleProviderName = "google";

/** Who proves the tokens of which provider. */
@Injectable()
export class IdentityProviders {
  private readonly verifiers: ReadonlyMap<string, IdentityVerifier>;
  private readonly remoteNames: ReadonlySet<string>;

  /** @throws Error for a name that is given twice, or is Google's */
  constructor(
    google: IdentityVerifier,
    clock: Clock,
    @Inject(IDENTITY_OPTIONS)
    { verifyTokenProviders = [], clockSkewSeconds }: IdentityOptions,
  ) {
    const verifiers = new Map([[googleProviderName, google]]);
    for (const provider of verifyTokenProviders) {
      if (verifiers.has(provider.name)) {
        throw new Error(`There are two identity providers ${provider.name}`);
      }
      verifiers.set(
        provider.name,
        new VerifyTokenApiVerifier(provider, clockSkewSeconds, clock),
      );
    }
    this.verifiers = verifiers;
    this.remoteNames = new Set(verifyTokenProviders.map(({ name }) => name));
  }

  /** @param name untrusted; undefined when there is no such provider */
  find(name: string): IdentityVerifier | undefined {
    return this.verifiers.get(name);
  }

  /** Whether a name is that of a provider with a remote Verify Token API. */
  isRemote(name: string): boolean {
    return this.remoteNames.has(name);
  }
}
