import { ConfigurableModuleBuilder, type Provider } from "@nestjs/common";

/** What a module takes beside its options. */
export interface ModuleExtras {
  /** Providers that win over the module's own, such as another UserDirectory. */
  readonly providers?: Provider[];
}

/**
 * The `forRoot` and `forRootAsync` of a module of ours. It is global, because
 * it is configured once: a second copy would have a state of its own.
 *
 * @param moduleName as in `IdentityModule`, without `Module`
 */
export function configurableModule<Options>(moduleName: string) {
  return new ConfigurableModuleBuilder<Options>({ moduleName })
    .setClassMethodName("forRoot")
    .setExtras<ModuleExtras>({}, (definition, { providers = [] }) => ({
      ...definition,
      global: true,
      providers: [...(definition.providers ?? []), ...providers],
    }))
    .build();
}
