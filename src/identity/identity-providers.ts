import { Inject, Injectable, type Provider, type Type } from "@nestjs/common";
import { Clock } from "../common/clock.port";
import { IDENTITY_OPTIONS, type IdentityOptions } from "./identity.options";
import { IdentityVerifier } from "./identity-verifier.port";
import { VerifyTokenApiVerifier } from "./remote/verify-token-api.verifier";

/** Google's name as a provider. */
export const googleProviderName = "google";

/** Providers that the application adds: classes, whose dependencies are injected, or instances. */
export type AddedProviders = Readonly<
  Record<string, Type<IdentityVerifier> | IdentityVerifier>
>;

export const ADDED_PROVIDERS = Symbol("ADDED_PROVIDERS");

/** Registers them as Nest providers, so that they have lifecycle hooks. */
export function addedProviders(added: AddedProviders): Provider[] {
  const entries = Object.entries(added).map(([name, verifier]) => ({
    ...{ name, verifier },
    token: Symbol(`identity provider ${name}`),
  }));
  return [
    ...entries.map(({ token: provide, verifier }) =>
      typeof verifier === "function"
        ? { provide, useClass: verifier }
        : { provide, useValue: verifier },
    ),
    {
      provide: ADDED_PROVIDERS,
      inject: entries.map(({ token }) => token),
      useFactory: (...verifiers: IdentityVerifier[]) =>
        new Map(entries.map(({ name }, index) => [name, verifiers[index]])),
    },
  ];
}

/** The verifiers of all providers. */
@Injectable()
export class IdentityProviders {
  private readonly verifiers: Map<string, IdentityVerifier>;

  /** @throws Error for a name that is used twice or is Google's */
  constructor(
    google: IdentityVerifier,
    clock: Clock,
    @Inject(ADDED_PROVIDERS) added: ReadonlyMap<string, IdentityVerifier>,
    @Inject(IDENTITY_OPTIONS)
    { verifyTokenProviders = [], clockSkewSeconds }: IdentityOptions,
  ) {
    this.verifiers = new Map([[googleProviderName, google]]);
    for (const provider of verifyTokenProviders) {
      this.add(
        provider.name,
        new VerifyTokenApiVerifier(provider, clockSkewSeconds, clock),
      );
    }
    for (const [name, verifier] of added) this.add(name, verifier);
  }

  /** Whether there are providers other than Google. */
  get hasOthers(): boolean {
    return this.verifiers.size > 1;
  }

  /** @param name untrusted; undefined if there is no such provider */
  find(name: string): IdentityVerifier | undefined {
    return this.verifiers.get(name);
  }

  private add(name: string, verifier: IdentityVerifier): void {
    if (this.verifiers.has(name)) {
      throw new Error(`There are two identity providers named ${name}`);
    }
    this.verifiers.set(name, verifier);
  }
}
