/** Why a call of the Cross-Account Protection API failed. */
export interface StreamFailure {
  /** HTTP status of the answer; null without one. */
  readonly status: number | null;
  /** Google's own message, cleaned for display; null if there is no message. */
  readonly said: string | null;
  /** Google's machine-readable reason, such as `SERVICE_DISABLED`. */
  readonly reason: string | null;
  /** The service account that made the call. */
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
  /** Matches Google's message. */
  readonly said: RegExp;
  readonly advice: (failure: StreamFailure) => string;
}

const enableTheApi =
  "Enable the RISC API in the project whose OAuth client ids the app uses: https://console.developers.google.com/apis/library/risc.googleapis.com";

const roleIsMissing = ({ account }: StreamFailure) =>
  [
    `Give ${account} the role "RISC Configuration Admin":`,
    `  gcloud projects add-iam-policy-binding PROJECT_ID --member=serviceAccount:${account} --role=roles/riscconfigs.admin`,
    "It may take some minutes to take effect. If it has the role already: is the RISC API enabled, and is this the project of the app's OAuth client ids?",
    enableTheApi,
  ].join("\n");

/**
 * What Google's refusals mean. The first match counts; general ones come last.
 *
 * @see https://developers.google.com/identity/protocols/risc#error_codes
 */
const forbidden: readonly Advice[] = [
  {
    said: /must be an HTTPS URL/i,
    advice: () => "Google delivers to https only: give an https --endpoint.",
  },
  {
    said: /domains?\b/i,
    advice: () =>
      "Add the domain of the endpoint to the authorized domains of the project: Google Cloud console, Google Auth Platform, Branding.",
  },
  {
    said: /spec-compliant|firebase/i,
    advice: () =>
      "Firebase manages the security events of this project as long as Google sign-in is enabled there. Disable it there and try again after an hour, or use another project.",
  },
  {
    said: /project could not be found/i,
    advice: ({ account }) =>
      `The project of ${account} does not exist. Use a key from the project whose OAuth client ids the app uses.`,
  },
  {
    said: /OAuth client/i,
    advice: () =>
      "This is the wrong project, or it has no OAuth client yet: use a service account of the project that GOOGLE_CLIENT_IDS come from.",
  },
  {
    said: /only be called by a service account/i,
    advice: () => "Use the key file of a service account.",
  },
];

/** What a refusal means, and what to do about it. */
export function adviceFor(failure: StreamFailure): string {
  const { status, said, reason, account } = failure;
  const words = said ?? "";
  // Google sends this as 403, and as 400 to callers that may not know more.
  if (
    reason === "SERVICE_DISABLED" ||
    /has not been used in project|it is disabled/i.test(words)
  ) {
    return enableTheApi;
  }
  switch (status) {
    case 400:
      return "Google does not understand the request. Inspect it with --dry-run; if it looks right, this release may be too old for Google's API.";
    case 401:
      return `Google does not accept the credentials of ${account}. Either this machine's clock is wrong, or the key was deleted or belongs to another account: create a new key.`;
    case 403:
      return (
        forbidden.find((one) => one.said.test(words))?.advice ?? roleIsMissing
      )(failure);
    case 404:
      return "Nothing is registered yet for this project. Register first: node dist/cli.js risc register";
    case 429:
      return "Too many requests. Try again in a minute.";
    default:
      return "Try again in a few minutes. Google's status: https://status.cloud.google.com";
  }
}
