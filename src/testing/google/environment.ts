import { googlePaths } from "./emulator.routes";
import { RISC_API_PATH } from "./risc.api";

/** The settings that point a service at an emulator, as environment variables. */
export function emulatorEnvironment({
  url,
  clientIds,
  clientSecret,
}: {
  readonly url: string;
  readonly clientIds: readonly string[];
  readonly clientSecret: string;
}): Record<string, string> {
  return {
    GOOGLE_CLIENT_IDS: clientIds.join(","),
    GOOGLE_CLIENT_SECRET: clientSecret,
    GOOGLE_CERTS_URL: url + googlePaths.certs,
    GOOGLE_TOKEN_URL: url + googlePaths.token,
    GOOGLE_USERINFO_URL: url + googlePaths.userInfo,
    GOOGLE_TOKENINFO_URL: url + googlePaths.tokenInfo,
    GOOGLE_SCRIPT_URL: url + googlePaths.gsiClient,
    GOOGLE_RISC_CONFIG_URL: url + RISC_API_PATH,
  };
}
