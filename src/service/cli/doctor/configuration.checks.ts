import { configurationWarnings } from "../../../config/configuration-warnings";
import { checkEnvironment } from "../../../config/development-defaults";
import type { Environment } from "../../../config/environment";
import {
  checkedValues,
  InvalidEnvironmentError,
} from "../../../config/read-environment";
import { serviceSettings } from "../../../config/settings";
import { failed, type Finding, ok, warning } from "./finding";

type Source = Readonly<Record<string, string | undefined>>;

/** The whole environment, by the rules of the start. */
export function configurationFindings(source: Source): Finding[] {
  const check = "configuration";
  try {
    checkEnvironment(source);
  } catch (error) {
    if (!(error instanceof InvalidEnvironmentError)) throw error;
    return error.problems.map((problem) =>
      failed(check, problem, "See docs/configuration.md"),
    );
  }
  const environment = valuesOf(source);
  return [
    ok(check, `valid, with the rules of ${environment.NODE_ENV}`),
    ...configurationWarnings(environment).map((text) =>
      warning(check, text.replace(/\.$/, ""), "See docs/deployment.md"),
    ),
    proxyFinding(environment),
  ];
}

/**
 * The values of a valid environment; a variable that only a start would fill in
 * is absent.
 */
export function valuesOf(source: Source): Environment {
  return checkedValues((name) => source[name]?.trim() || undefined).environment;
}

/**
 * Whose address counts as the client's. The service speaks no TLS itself, so
 * with an https PUBLIC_URL every request comes through a proxy.
 */
export function proxyFinding(environment: Environment): Finding {
  const check = "proxies";
  const { publicUrl, trustedProxies } = serviceSettings(environment);
  const isBehindProxy = publicUrl.startsWith("https:");
  const [first = ""] = trustedProxies;
  if (trustedProxies.length === 0) {
    return isBehindProxy
      ? warning(
          check,
          "PUBLIC_URL is https, so a proxy is in front, but TRUSTED_PROXIES is not set: X-Forwarded-For is ignored, and all clients share the proxy's rate limit",
          "Set TRUSTED_PROXIES to the addresses of the proxies",
        )
      : ok(check, "none: the address that connects is the client's");
  }
  if (/^\d+$/.test(first)) {
    const rule = `the client's address is entry ${first} from the end of X-Forwarded-For`;
    return isBehindProxy
      ? ok(check, `${rule}; nobody may reach the service past the proxies`)
      : warning(
          check,
          `${rule}, but PUBLIC_URL is not https: without proxies, clients choose their address themselves`,
          "Unset TRUSTED_PROXIES if there is no proxy",
        );
  }
  return ok(
    check,
    `X-Forwarded-For is read from ${trustedProxies.join(", ")}; the proxy must append to it`,
  );
}
