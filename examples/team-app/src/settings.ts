import type { GoogleOptions } from "nest-google-auth";
import type { AppleSettings } from "./sign-in/apple.verifier";

/** The facts of one deployment. */
export interface Settings {
  readonly publicUrl: string;
  readonly secretKey: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly google: GoogleOptions;
  readonly apple: AppleSettings;
}

/** @throws Error that names a missing variable */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  const need = (name: string) => {
    const value = env[name];
    if (!value) throw new Error(`Set ${name}`);
    return value;
  };
  return {
    publicUrl: need("PUBLIC_URL"),
    secretKey: need("SECRET_KEY"),
    databaseUrl: need("DATABASE_URL"),
    redisUrl: need("REDIS_URL"),
    google: { clientIds: [need("GOOGLE_CLIENT_ID")] },
    apple: { clientId: need("APPLE_CLIENT_ID") },
  };
}
