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
import type { SecurityDelivery } from "./transmitter";

/**
 * A Google on this machine: it signs tokens with keys of its own and serves them
 * where Google would, well or badly. Only a service trusts it that was
 * configured with its URL.
 *
 * @example
 * const google = await GoogleEmulator.start();
 * Object.assign(process.env, google.environment());
 * const idToken = await google.idToken({ account: "workspace" });
 */
export class GoogleEmulator {
  /** Google's keys as the emulator has them now. */
  readonly keys: GoogleKeyRing;
  /** The requests to Google's endpoints and to paths that do not exist. */
  readonly log = new GoogleRequestLog();
  /** The client ids of the app under test, the tokens' default audience first. */
  readonly clientIds: readonly [string, ...string[]];
  /** The secret of each of them, in Google's shape. */
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
   * @throws Error when it cannot listen, as on a port that is taken, or has no
   * client id
   * @throws RangeError when the caching is no number of seconds
   */
  static async start(
    options: GoogleEmulatorOptions = {},
  ): Promise<GoogleEmulator> {
    const emulator = new GoogleEmulator(await GoogleKeyRing.create(), options);
    await emulator.#endpoints.listen(options);
    return emulator;
  }

  /** The base URL, without a slash at its end. */
  get url(): string {
    return this.#endpoints.url;
  }

  /** What the keys' caching headers say. */
  get caching(): KeyCaching {
    return this.#caching;
  }

  /** The latest requests, oldest first; the control API's are left out. */
  get requests(): readonly SeenRequest[] {
    return this.log.latest;
  }

  /** The settings that point a service here, as environment variables. */
  environment(): Record<string, string> {
    return emulatorEnvironment(this);
  }

  /**
   * Mints an ID token: a good one unless the options spoil it.
   *
   * @throws EmulatorInputError when the options cannot be met: no such account, no previous
   * key yet, HS256 without a secret
   */
  idToken(options: IdTokenOptions = {}): Promise<string> {
    return this.#tokens.idToken(options);
  }

  /** The latest ID tokens, newest first. */
  get idTokens(): readonly string[] {
    return this.#tokens.idTokens;
  }

  /** The faults in force, by path. */
  get faults(): Readonly<Record<string, EndpointFault>> {
    return this.#endpoints.faults;
  }

  /** The accounts that the chooser lists. */
  get accounts(): ChooserAccounts {
    return this.#oauth.accounts;
  }

  /** The paths that {@link setFault} takes. */
  get spoilablePaths(): readonly string[] {
    return this.#endpoints.spoilablePaths;
  }

  /**
   * Gives out an authorization code, as the popup or the redirect of a web app
   * does, or a native SDK: exchanged once, within ten minutes.
   *
   * @throws EmulatorInputError when the options cannot be met
   */
  authorizationCode(options: AuthorizationCodeOptions = {}): string {
    return this.#oauth.authorizationCode(options);
  }

  /** Mints the ID token of a Google Cloud service account: not a user's. */
  serviceAccountToken(
    options: ServiceAccountTokenOptions = {},
  ): Promise<string> {
    return this.#tokens.serviceAccountToken(options);
  }

  /** Mints a Cross-Account Protection event: not a sign-in. */
  securityEventToken(options: SecurityEventTokenOptions = {}): Promise<string> {
    return this.#tokens.securityEventToken(options);
  }

  /**
   * Makes a Google Cloud service account for the Cross-Account Protection API.
   *
   * @returns its key file, as Google Cloud hands it out
   */
  serviceAccount(options?: ServiceAccountOptions): Promise<ServiceAccountKey> {
    return this.#risc.serviceAccount(options);
  }

  /**
   * Reports a security event to the app's receiver, again and again until it
   * says 202 or 400, but not for ever.
   *
   * @throws EmulatorInputError when there is no receiver, no such event or account
   */
  report(options?: SecurityReportOptions): Promise<SecurityReport> {
    return this.#risc.report(options);
  }

  /** The latest deliveries of security events, oldest first. */
  get deliveries(): readonly SecurityDelivery[] {
    return this.#risc.deliveries;
  }

  /** The same, once none is under way: to await what `stream:verify` sent. */
  settledDeliveries(): Promise<readonly SecurityDelivery[]> {
    return this.#risc.settledDeliveries();
  }

  /** Lets the next key sign, announces a new one, keeps the old one published. */
  rotateKeys(rotation: KeyRotation = {}): Promise<void> {
    return this.keys.rotate(rotation);
  }

  /**
   * Takes a key out of the certs endpoints; it can still sign.
   *
   * @throws EmulatorInputError when no published key has this id
   */
  retireKey(kid: string): void {
    this.keys.retire(kid);
  }

  /**
   * Changes what the keys' caching headers say; what is left out stays.
   *
   * @throws RangeError when either is not a whole number of seconds from 0 up
   */
  setKeyCaching(caching: Partial<KeyCaching>): void {
    this.#caching = cachingWith(caching, this.#caching);
  }

  /**
   * Spoils one of Google's endpoints, in place of its last fault.
   *
   * @param path such as `/oauth2/v1/certs`
   * @throws EmulatorInputError when nothing is served at the path, or the fault is wrong
   */
  setFault(path: string, fault: EndpointFault): void {
    this.#endpoints.setFault(path, fault);
  }

  /** Ends the faults of one endpoint, or of all. Requests that already hang stay hung. */
  clearFaults(path?: string): void {
    this.#endpoints.clearFaults(path);
  }

  /** How many requests a path has seen; all paths' when none is given. */
  requestCount(path?: string): number {
    return this.log.count(path);
  }

  /** Forgets the requests and their counts. */
  clearRequests(): void {
    this.log.clear();
  }

  /**
   * Sets the emulator's clock against this machine's: times in tokens and in
   * headers move with it.
   *
   * @param seconds ahead when positive; 0 is this machine's time again
   */
  skewClock(seconds: number): void {
    this.#skewMs = seconds * 1000;
  }

  /** The time by the emulator's clock. */
  now(): Date {
    return new Date(Date.now() + this.#skewMs);
  }

  /** Stops at once, hung requests and all. Stopping twice is no error. */
  async stop(): Promise<void> {
    this.#risc.stop();
    await this.#endpoints.close();
    await this.keys.release();
  }

  /** Stops: for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
