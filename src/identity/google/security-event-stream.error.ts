/** Why a call of the Cross-Account Protection API did not do what it should. */
export interface StreamFailure {
  /** HTTP status of the answer; null without one. */
  readonly status: number | null;
  /** Google's own words, made fit to be shown; null when there are none. */
  readonly said: string | null;
  /** Google's machine-readable reason, such as `SERVICE_DISABLED`. */
  readonly reason: string | null;
  /** The service account that asked. */
  readonly account: string;
}

/** A call of the Cross-Account Protection API failed; the message says what to do. */
export class SecurityEventStreamError extends Error {
  override readonly name = "SecurityEventStreamError";

  constructor(
    message: string,
    /** HTTP status of the answer; null without one. */
    readonly status: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

interface Advice {
  /** Google's words for it. */
  readonly said: RegExp;
  readonly does: (failure: StreamFailure) => string;
}

const enableTheApi =
  "Enable the RISC API, in the project whose OAuth client ids the app uses: https://console.developers.google.com/apis/library/risc.googleapis.com";

const roleIsMissing = ({ account }: StreamFailure) =>
  [
    `Give ${account} the role "RISC Configuration Admin":`,
    `  gcloud projects add-iam-policy-binding PROJECT_ID --member=serviceAccount:${account} --role=roles/riscconfigs.admin`,
    "It may take some minutes to count. If it has the role: is the RISC API enabled, and is this the project of the app's OAuth client ids?",
    enableTheApi,
  ].join("\n");

/**
 * What Google's refusals mean; the first that fits, the general ones last.
 *
 * @see https://developers.google.com/identity/protocols/risc#error_codes
 */
const forbidden: readonly Advice[] = [
  {
    said: /must be an HTTPS URL/i,
    does: () => "Google delivers to https only: give an https --endpoint.",
  },
  {
    said: /domains?\b/i,
    does: () =>
      "Add the domain of the endpoint to the authorized domains of the project: Google Cloud console, Google Auth Platform, Branding.",
  },
  {
    said: /spec-compliant|firebase/i,
    does: () =>
      "Firebase manages the security events of this project, as long as Google sign-in is switched on there. Switch it off there and try again after an hour, or use another project.",
  },
  {
    said: /project could not be found/i,
    does: ({ account }) =>
      `${account} belongs to no project that exists. Take a key of the project whose OAuth client ids the app uses.`,
  },
  {
    said: /OAuth client/i,
    does: () =>
      "This is the wrong project, or it has no OAuth client yet: use a service account of the project that GOOGLE_CLIENT_IDS come from.",
  },
  {
    said: /only be called by a service account/i,
    does: () => "Use the key file of a service account.",
  },
];

/** What a refusal means, and what to do about it. */
export function adviceFor(failure: StreamFailure): string {
  const { status, said, reason, account } = failure;
  const words = said ?? "";
  // Also told as 403, and to those who may not know more as 400.
  if (
    reason === "SERVICE_DISABLED" ||
    /has not been used in project|it is disabled/i.test(words)
  ) {
    return enableTheApi;
  }
  switch (status) {
    case 400:
      return "Google does not understand the request. Look at it with --dry-run; if nothing is wrong with it, this release may be too old for Google's API.";
    case 401:
      return `Google does not believe ${account}. Either the clock of this machine is wrong, or the key has been deleted or belongs to somebody else: make a new key.`;
    case 403:
      return (
        forbidden.find((one) => one.said.test(words))?.does ?? roleIsMissing
      )(failure);
    case 404:
      return "Nothing is registered yet for this project. Register first: node dist/cli.js risc register";
    case 429:
      return "That was too often. Try again in a minute.";
    default:
      return "Try again in some minutes. Google's state: https://status.cloud.google.com";
  }
}
