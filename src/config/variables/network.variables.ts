import { IsIn } from "class-validator";
import type { RateLimit } from "../../rate-limits/rate-limits.options";
import {
  isClientOrigin,
  isListOf,
  isPageUrl,
  isProxy,
  isProxyList,
  isRateLimit,
} from "../environment-rules";
import {
  AsList,
  AsRateLimit,
  entriesThatAreNot,
  Optional,
  Satisfies,
  Variable,
} from "../variable.decorator";
import { SessionVariables } from "./session.variables";

/** Origins, proxies and rate limits. */
export class NetworkVariables extends SessionVariables {
  @Variable({
    option: "origins",
    purpose:
      "Origins of front ends on other origins that may sign in here and read the responses (CORS).",
    rule: "a comma-separated list of exact origins such as https://app.example.com or capacitor://localhost, without a path or a wildcard; in production https and not localhost with a port",
    faults: entriesThatAreNot(isClientOrigin),
    defaultText: "none: pages of this service's own origin only",
  })
  @Optional()
  @AsList()
  @Satisfies("origins", (value, environment: NetworkVariables) =>
    isListOf(value, (entry) => isClientOrigin(entry, environment)),
  )
  CORS_ORIGINS?: string[];

  @Variable({
    option: "appUrl",
    purpose:
      "The page of the app that `POST /auth/google/redirect` redirects to. Without it, the route is off (404).",
    rule: "a URL without credentials or a wildcard, https in production",
    defaultText: "none: no redirect flow",
  })
  @Optional()
  @Satisfies("appUrl", isPageUrl)
  APP_URL?: string;

  @Variable({
    option: "appRedirectUrls",
    purpose:
      "Other pages of the app that the `state` of a sign-in by redirect may name; compared exactly.",
    rule: "a comma-separated list of URLs as APP_URL, and only together with it",
    faults: entriesThatAreNot(isPageUrl),
    defaultText: "none: always `APP_URL`",
  })
  @Optional()
  @AsList()
  @Satisfies(
    "appRedirectUrls",
    (value, environment: NetworkVariables) =>
      environment.APP_URL !== undefined &&
      isListOf(value, (entry) => isPageUrl(entry, environment)),
  )
  APP_REDIRECT_URLS?: string[];

  @Variable({
    purpose:
      "The reverse proxies in front of this service; `X-Forwarded-For` is used only from them. Give their number instead if their addresses change; then clients must not be able to bypass them.",
    rule: "a comma-separated list of IP addresses and CIDR ranges, with a prefix of at least 1 bit and in production fewer than half of all addresses; or how many proxies every request passes, from 1 to 10",
    faults: entriesThatAreNot(isProxy),
    defaultText: "none: the address that connects is the client's",
  })
  @Optional()
  @AsList()
  @Satisfies("networks", isProxyList)
  TRUSTED_PROXIES?: string[];

  @Variable({
    option: "limits.signIn",
    purpose:
      "How many sign-in attempts one client network (an IPv4 address or an IPv6 /64) may make.",
    rule: "count/seconds, from 1/1 to 1000000/86400, or off",
    default: "300/60",
  })
  @AsRateLimit()
  @Satisfies("rateLimit", isRateLimit)
  RATE_LIMIT_SIGN_IN!: RateLimit | "off";

  @Variable({
    option: "limits.signInFailures",
    purpose:
      "After how many refused sign-ins (401, 403) a client network is locked out for the rest of the window.",
    rule: "count/seconds, from 1/1 to 1000000/86400, or off",
    default: "30/60",
  })
  @AsRateLimit()
  @Satisfies("rateLimit", isRateLimit)
  RATE_LIMIT_SIGN_IN_FAILURES!: RateLimit | "off";

  @Variable({
    option: "limits.refresh",
    purpose: "How many refreshes and sign-outs one client network may request.",
    rule: "count/seconds, from 1/1 to 1000000/86400, or off",
    default: "300/60",
  })
  @AsRateLimit()
  @Satisfies("rateLimit", isRateLimit)
  RATE_LIMIT_REFRESH!: RateLimit | "off";

  @Variable({
    option: "limits.nonce",
    purpose: "How many nonces one client network may ask for.",
    rule: "count/seconds, from 1/1 to 1000000/86400, or off",
    default: "300/60",
  })
  @AsRateLimit()
  @Satisfies("rateLimit", isRateLimit)
  RATE_LIMIT_NONCE!: RateLimit | "off";

  @Variable({
    option: "limits.verifyToken",
    purpose:
      "How many tokens the services of one network may have verified by `POST /verify-token`; only calls with valid credentials count.",
    rule: "count/seconds, from 1/1 to 1000000/86400, or off",
    default: "3000/60",
  })
  @AsRateLimit()
  @Satisfies("rateLimit", isRateLimit)
  RATE_LIMIT_VERIFY_TOKEN!: RateLimit | "off";

  @Variable({
    option: "limits.store",
    purpose:
      "Where the rate limits are counted: per instance, or for all instances together.",
    rule: "memory or postgres",
    default: "memory",
  })
  @IsIn(["memory", "postgres"])
  RATE_LIMIT_STORE!: "memory" | "postgres";
}
