import { ConfigurableModuleBuilder, type Provider } from "@nestjs/common";

export const { ConfigurableModuleClass: ConfigurableUsersModule } =
  new ConfigurableModuleBuilder<Record<string, never>>({ moduleName: "Users" })
    .setClassMethodName("forRoot")
    .setExtras<{ providers?: Provider[] }>({}, (definition, extras) => ({
      ...definition,
      global: true,
      providers: [...(definition.providers ?? []), ...(extras.providers ?? [])],
    }))
    .build();
