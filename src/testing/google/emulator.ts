import type { ChooserAccounts } from "./chooser.accounts";
import type { KeyCaching } from "./emulator-answer";
import type { AuthorizationCodeOptions } from "./authorization-code.options";
import { controlRoutes } from "./emulator.control";
import { EmulatorEndpoints } from "./emulator.endpoints";
import {
  cachingWith,
  clientIdsOf,
  clientSecretOf,
  type GoogleEmulatorOptions,
} from "./emulator.options";
import { emulatorEnvironment, googleRoutes } from "./emulator.routes";
import type { EndpointFault } from "./faults";
import type { IdTokenOptions } from "./id-token.mint";
import { GoogleKeyRing, type KeyRotation } from "./key-ring";
import { MintedTokens } from "./minted-tokens";
import { GoogleOAuth } from "./oauth";
import type {
  SecurityEventTokenOptions,
  ServiceAccountTokenOptions,
} from "./other-tokens.mint";
import { GoogleRequestLog, type SeenRequest } from "./request-log";
import {
  GoogleRisc,
  type SecurityReport,
  type SecurityReportOptions,
} from "./risc";
import type {
  ServiceAccountKey,
  ServiceAccountOptions,
} from "./service-account";
import {
  signInAt,
  type SignedInUser,
  type SignInOptions,
  type SignInSite,
} from "./sign-in";
import type { SecurityDelivery } from "./transmitter";

/**
 * A local emulator of Google: it signs tokens with its own keys, which it
 * serves like Google does, with faults on request. It is only trusted by
 * services that are configured with its URL.
 *
 * @example
 * const google = await GoogleEmulator.start();
 * Object.assign(process.env, google.environment());
 * const idToken = await google.idToken({ account: "workspace" });
 */
export class GoogleEmulator {
  /** The emulator's current keys. */
  readonly keys: GoogleKeyRing;
  /** The requests to Google's endpoints and to unknown paths. */
  readonly log = new GoogleRequestLog();
  /**
   * The client ids of the app under test; the first one is the tokens' default
   * audience.
   */
  readonly clientIds: readonly [string, ...string[]];
  /** Their client secret, in Google's format. */
  readonly clientSecret: string;

  readonly #tokens: MintedTokens;
  readonly #oauth: GoogleOAuth;
  readonly #risc: GoogleRisc;
  readonly #endpoints: EmulatorEndpoints;
  #caching: KeyCaching;
  #skewMs = 0;

  private constructor(keys: GoogleKeyRing, options: GoogleEmulatorOptions) {
    this.keys = keys;
    this.clientIds = clientIdsOf(options);
    this.clientSecret = clientSecretOf(options);
    this.#caching = cachingWith(options);
    this.#tokens = new MintedTokens(this);
    this.#oauth = new GoogleOAuth(this, options);
    this.#risc = new GoogleRisc(this, options);
    this.#endpoints = new EmulatorEndpoints({
      routes: [
        ...googleRoutes(this),
        ...this.#oauth.routes(),
        ...this.#risc.routes(),
        ...controlRoutes(this),
      ],
      log: this.log,
      now: () => this.now(),
    });
  }

  /**
   * Starts an emulator.
   *
   * @throws Error if it cannot listen, for example because the port is in use,
   *   or has no client id
   * @throws RangeError if the caching options are not integers of at least 0
   */
  static async start(
    options: GoogleEmulatorOptions = {},
  ): Promise<GoogleEmulator> {
    const emulator = new GoogleEmulator(await GoogleKeyRing.create(), options);
    await emulator.#endpoints.listen(options);
    return emulator;
  }

  /** The base URL without a trailing slash. */
  get url(): string {
    return this.#endpoints.url;
  }

  /** The caching headers of the keys. */
  get caching(): KeyCaching {
    return this.#caching;
  }

  /** The latest requests, oldest first, without those to the control API. */
  get requests(): readonly SeenRequest[] {
    return this.log.latest;
  }

  /** Environment variables that configure a service to use this emulator. */
  environment(): Record<string, string> {
    return emulatorEnvironment(this);
  }

  /** Signs a new user in to a TestApp or TestService. @throws Error if refused */
  signIn(site: SignInSite, options: SignInOptions = {}): Promise<SignedInUser> {
    return signInAt(site, options, (token) => this.idToken(token));
  }

  /**
   * Mints an ID token. It is valid unless the options alter it.
   *
   * @throws EmulatorInputError if the options are invalid: an unknown account,
   *   no previous key yet, HS256 without a secret
   */
  idToken(options: IdTokenOptions = {}): Promise<string> {
    return this.#tokens.idToken(options);
  }

  /** The latest ID tokens, newest first. */
  get idTokens(): readonly string[] {
    return this.#tokens.idTokens;
  }

  /** The active faults, by path. */
  get faults(): Readonly<Record<string, EndpointFault>> {
    return this.#endpoints.faults;
  }

  /** The accounts that the chooser lists. */
  get accounts(): ChooserAccounts {
    return this.#oauth.accounts;
  }

  /** The paths that {@link setFault} accepts. */
  get spoilablePaths(): readonly string[] {
    return this.#endpoints.spoilablePaths;
  }

  /**
   * Issues an authorization code, like the popup or redirect of a web app or a
   * native SDK. It can be exchanged once, within ten minutes.
   *
   * @throws EmulatorInputError if the options are invalid
   */
  authorizationCode(options: AuthorizationCodeOptions = {}): string {
    return this.#oauth.authorizationCode(options);
  }

  /** Mints the ID token of a Google Cloud service account, not of a user. */
  serviceAccountToken(
    options: ServiceAccountTokenOptions = {},
  ): Promise<string> {
    return this.#tokens.serviceAccountToken(options);
  }

  /** Mints a Cross-Account Protection event token, not an ID token. */
  securityEventToken(options: SecurityEventTokenOptions = {}): Promise<string> {
    return this.#tokens.securityEventToken(options);
  }

  /**
   * Creates a Google Cloud service account for the Cross-Account Protection
   * API.
   *
   * @returns its key file, as issued by Google Cloud
   */
  serviceAccount(options?: ServiceAccountOptions): Promise<ServiceAccountKey> {
    return this.#risc.serviceAccount(options);
  }

  /**
   * Sends a security event to the app's receiver, with a limited number of
   * retries until it responds with 202 or 400.
   *
   * @throws EmulatorInputError if there is no receiver, or the event or account
   *   is unknown
   */
  report(options?: SecurityReportOptions): Promise<SecurityReport> {
    return this.#risc.report(options);
  }

  /** The latest deliveries of security events, oldest first. */
  get deliveries(): readonly SecurityDelivery[] {
    return this.#risc.deliveries;
  }

  /**
   * The latest deliveries, once none is pending, for example to await the event
   * of `stream:verify`.
   */
  settledDeliveries(): Promise<readonly SecurityDelivery[]> {
    return this.#risc.settledDeliveries();
  }

  /**
   * Starts signing with the next key, publishes a new next one and keeps
   * publishing the previous one.
   */
  rotateKeys(rotation: KeyRotation = {}): Promise<void> {
    return this.keys.rotate(rotation);
  }

  /**
   * Removes a key from the certs endpoints; it can still sign.
   *
   * @throws EmulatorInputError if no published key has this id
   */
  retireKey(kid: string): void {
    this.keys.retire(kid);
  }

  /**
   * Changes the caching headers of the keys; absent fields are not changed.
   *
   * @throws RangeError if either is not an integer of at least 0
   */
  setKeyCaching(caching: Partial<KeyCaching>): void {
    this.#caching = cachingWith(caching, this.#caching);
  }

  /**
   * Sets the fault of one of Google's endpoints, replacing the previous one.
   *
   * @param path such as `/oauth2/v1/certs`
   * @throws EmulatorInputError if nothing is served at the path or the fault is
   *   invalid
   */
  setFault(path: string, fault: EndpointFault): void {
    this.#endpoints.setFault(path, fault);
  }

  /**
   * Removes the fault of one endpoint, or of all. Requests that already hang
   * keep hanging.
   */
  clearFaults(path?: string): void {
    this.#endpoints.clearFaults(path);
  }

  /** The number of requests to a path, or to all paths. */
  requestCount(path?: string): number {
    return this.log.count(path);
  }

  /** Clears the requests and their counts. */
  clearRequests(): void {
    this.log.clear();
  }

  /**
   * Sets the emulator's clock relative to the machine's; it is used for the
   * times in tokens and headers.
   *
   * @param seconds ahead if positive; 0 resets it
   */
  skewClock(seconds: number): void {
    this.#skewMs = seconds * 1000;
  }

  /** The current time of the emulator's clock. */
  now(): Date {
    return new Date(Date.now() + this.#skewMs);
  }

  /**
   * Stops immediately, including pending requests. Can be called repeatedly.
   */
  async stop(): Promise<void> {
    this.#risc.stop();
    await this.#endpoints.close();
    await this.keys.release();
  }

  /** Stops, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
