import { ConfigurableModuleBuilder, type Provider } from "@nestjs/common";

/** An application whose access tokens another service issues. */
export interface ResourceServerOptions {
  /** That service: its `PUBLIC_URL`. https, unless it is on this machine. */
  readonly issuer: string;
  /** Who the tokens have to be for: the service's `ACCESS_TOKEN_AUDIENCE`; the issuer unless given. */
  readonly audience?: string;
  /** Where the issuer publishes its keys; its metadata tell unless given. */
  readonly jwksUri?: string;
  /** Accept plain http from a remote issuer: anybody on the network path can then sign in as any user. */
  readonly allowHttp?: boolean;
  /**
   * Ask the issuer about each token, at most once a second, so that ended
   * sessions are over here too. Without it a token is good until it expires.
   */
  readonly introspection?: {
    /** One of the issuer's `INTROSPECTION_CLIENTS`. */
    readonly clientId: string;
    readonly clientSecret: string;
    /** Its metadata tell unless given. */
    readonly endpoint?: string;
  };
  /**
   * Where clients reach this application: what their DPoP proofs are made for.
   * Without it tokens that are bound to a key are refused.
   */
  readonly publicUrl?: string;
  /** Name the failed check in error bodies; never in production. */
  readonly showReasons?: boolean;
}

export const {
  ConfigurableModuleClass: ConfigurableResourceServerModule,
  MODULE_OPTIONS_TOKEN: RESOURCE_SERVER_OPTIONS,
} = new ConfigurableModuleBuilder<ResourceServerOptions>({
  moduleName: "ResourceServer",
})
  .setClassMethodName("forRoot")
  // Global, because it is configured once; the given providers win.
  .setExtras<{ readonly providers?: Provider[] }>(
    {},
    (definition, { providers = [] }) => ({
      ...definition,
      global: true,
      providers: [...(definition.providers ?? []), ...providers],
    }),
  )
  .build();
