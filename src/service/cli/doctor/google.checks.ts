import { AuthError, GoogleSigningKeys, SystemClock } from "../../../index";
import { clockFinding } from "./clock.check";
import { failed, type Finding, ok, reasonOf, warning } from "./finding";

/** How long Google may take, in milliseconds. */
const timeoutMilliseconds = 4000;

interface GoogleSettings {
  readonly certsUrl: string;
  readonly clockSkewSeconds: number;
}

/** Whether Google's keys can be fetched, and how far its clock differs. */
export async function googleFindings({
  certsUrl,
  clockSkewSeconds,
}: GoogleSettings): Promise<Finding[]> {
  const { host } = new URL(certsUrl);
  const fault = await faultOfKeys(certsUrl);
  if (fault !== null) {
    return [
      failed(
        "google",
        `the certificates cannot be fetched from ${host}: ${fault}`,
        `Allow connections to ${host}, or set NODE_USE_ENV_PROXY=1 and HTTPS_PROXY on Node 22.21 or newer`,
      ),
    ];
  }
  const ahead = await secondsAheadOf(certsUrl).catch(() => null);
  return [
    ok("google", `${host} publishes usable certificates`),
    ahead === null
      ? warning(
          "clock",
          `${host} does not say what time it is`,
          "Compare this machine's clock with another",
        )
      : clockFinding("Google's clock", ahead, clockSkewSeconds),
  ];
}

/** Fetched and checked as for a sign-in. @returns null if all is well */
async function faultOfKeys(certsUrl: string): Promise<string | null> {
  const keys = new GoogleSigningKeys(
    // The rest of the options is for the verifier.
    { certsUrl } as ConstructorParameters<typeof GoogleSigningKeys>[0],
    new SystemClock(),
  );
  try {
    await keys.find("a key that nobody has");
  } catch (error) {
    if (error instanceof AuthError && error.code === "invalid_token") {
      return null;
    }
    return reasonOf((error as Error).cause ?? error);
  }
  return null;
}

/**
 * By the response's `Date`; a cache may have kept it for as long as `Age` says.
 */
async function secondsAheadOf(url: string): Promise<number | null> {
  const askedAt = Date.now();
  const { headers, body } = await fetch(url, {
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  const now = (askedAt + Date.now()) / 2;
  await body?.cancel();
  const date = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(date)) return null;
  const age = Number(headers.get("age") ?? 0) || 0;
  // On average, a date without its milliseconds is half a second old.
  return (now - (date + age * 1000 + 500)) / 1000;
}
