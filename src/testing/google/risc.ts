import type { EmulatorRoute } from "./emulator-answer";
import { EmulatorInputError } from "./emulator-input";
import { mintContextOf } from "./id-token.mint";
import type { GoogleKeyRing } from "./key-ring";
import {
  securityEventClaims,
  type SecurityEventTokenOptions,
} from "./other-tokens.mint";
import { riscRoutes } from "./risc.api";
import {
  securityEventBody,
  securityEventType,
  type SecurityEventDetails,
  type SecurityEventName,
} from "./risc.events";
import { eventsDelivered, isReceiver, type StreamPlace } from "./risc.stream";
import {
  newServiceAccount,
  type KnownServiceAccount,
  type ServiceAccountKey,
  type ServiceAccountOptions,
} from "./service-account";
import { signToken } from "./token.signer";
import {
  GoogleTransmitter,
  type Consignment,
  type SecurityDelivery,
  type TransmitterOptions,
} from "./transmitter";
import { httpUrl } from "./redirect-uris";

/** The options of a reported event, all optional. */
export interface SecurityReportOptions
  extends Omit<SecurityEventTokenOptions, "eventType">, SecurityEventDetails {
  /** A short name or a URI. Default: `sessions-revoked`. */
  readonly type?: SecurityEventName | (string & {});
  /** When it happened: the token's `iat`. Default: now. */
  readonly occurredAt?: Date;
  /**
   * The receiver, regardless of the stream: a local URL or one on an authorized
   * domain. Default: the stream's receiver.
   */
  readonly to?: string;
  /** Sends nothing until `deliver` is called. Default: false. */
  readonly hold?: boolean;
}

/** A reported security event. */
export interface SecurityReport {
  readonly jti: string;
  /** The event's URI. */
  readonly type: string;
  /** The security event token. */
  readonly token: string;
  /**
   * Sends the token, or sends it again if it was not held. Resolves after the
   * last attempt and never rejects: see `outcome`.
   */
  deliver(): Promise<SecurityDelivery>;
  /** Resolves when the first delivery has ended. */
  readonly delivered: Promise<SecurityDelivery>;
}

/** The dependencies of {@link GoogleRisc}. */
export interface GoogleRiscContext {
  readonly keys: GoogleKeyRing;
  readonly clientIds: readonly [string, ...string[]];
  now(): Date;
}

/** How and where security events are sent. */
export interface GoogleRiscOptions {
  /**
   * The hosts that may receive security events, over http or https, in addition
   * to local ones. Default: none.
   */
  readonly authorizedDomains?: readonly string[];
  /** The retries of deliveries. */
  readonly transmitter?: TransmitterOptions;
}

/** Cross-Account Protection: configures and sends security events. */
export class GoogleRisc {
  readonly #google: GoogleRiscContext;
  readonly #serviceAccounts: KnownServiceAccount[] = [];
  readonly #transmitter: GoogleTransmitter;
  readonly #authorizedDomains: readonly string[];
  readonly #place: StreamPlace = {};

  constructor(
    google: GoogleRiscContext,
    { authorizedDomains = [], transmitter }: GoogleRiscOptions = {},
  ) {
    this.#google = google;
    this.#authorizedDomains = authorizedDomains;
    this.#transmitter = new GoogleTransmitter(() => google.now(), transmitter);
  }

  /** The latest deliveries, oldest first. */
  get deliveries(): readonly SecurityDelivery[] {
    return this.#transmitter.deliveries;
  }

  /** The latest deliveries, once none is pending. */
  settledDeliveries(): Promise<readonly SecurityDelivery[]> {
    return this.#transmitter.settled();
  }

  /** Creates a service account and returns its key file. */
  async serviceAccount(
    options?: ServiceAccountOptions,
  ): Promise<ServiceAccountKey> {
    const { file, known } = await newServiceAccount(options);
    this.#serviceAccounts.push(known);
    return file;
  }

  /**
   * Sends an event.
   *
   * @throws EmulatorInputError if there is no receiver, or the event or account
   *   is unknown
   */
  async report(options: SecurityReportOptions = {}): Promise<SecurityReport> {
    const consignment = await this.#consign(options);
    let settle: (delivery: SecurityDelivery) => void;
    const delivered = new Promise<SecurityDelivery>((resolve) => {
      settle = resolve;
    });
    const deliver = async () => {
      const delivery = await this.#transmitter.deliver(consignment());
      settle(delivery);
      return delivery;
    };
    if (!options.hold) {
      void deliver();
    }
    const { jti, type, token } = consignment();
    return { jti, type, token, deliver, delivered };
  }

  /** The management API. */
  routes(): readonly EmulatorRoute[] {
    return riscRoutes({
      serviceAccounts: this.#serviceAccounts,
      clientIds: this.#google.clientIds,
      authorizedDomains: this.#authorizedDomains,
      place: this.#place,
      now: () => this.#google.now(),
      verify: async (state) => {
        await this.report({ type: "verification", state });
      },
    });
  }

  /** Cancels pending deliveries. */
  stop(): void {
    this.#transmitter.stop();
  }

  /** Mints the token; the stream is read at each delivery. */
  async #consign(options: SecurityReportOptions): Promise<() => Consignment> {
    const type = securityEventType(options.type ?? "sessions-revoked");
    const to = options.to && this.#checkedReceiver(options.to);
    const receiver = () => receiverOf(to, type, this.#place);
    receiver();
    const iat = options.occurredAt && {
      iat: Math.floor(options.occurredAt.getTime() / 1000),
    };
    const claims = {
      ...securityEventClaims(mintContextOf(this.#google), {
        ...options,
        eventType: type,
        event: { ...securityEventBody(type, options), ...options.event },
      }),
      ...iat,
      ...options.claims,
    };
    const { jti } = claims as { jti?: unknown };
    const token = await signToken(this.#google.keys, claims, options);
    return () => ({ jti: String(jti), type, token, ...receiver() });
  }

  /**
   * Only hosts that a stream may use: otherwise any host could be requested.
   */
  #checkedReceiver(to: string): string {
    const url = httpUrl(to);
    if (url === undefined || !isReceiver(url, this.#authorizedDomains)) {
      throw new EmulatorInputError(
        '"to" must be a local http or https URL, or one on an authorized domain.',
      );
    }
    return url.href;
  }
}

function receiverOf(
  to: string | undefined,
  type: string,
  { stream }: StreamPlace,
): Pick<Consignment, "url" | "unsent"> {
  if (to !== undefined) {
    return { url: to };
  }
  if (stream === undefined) {
    throw new EmulatorInputError(
      'No receiver of security events: configure the stream, or set "to".',
    );
  }
  const { url, isEnabled } = stream;
  if (!isEnabled) {
    return { url, unsent: "disabled" };
  }
  return eventsDelivered(stream).includes(type)
    ? { url }
    : { url, unsent: "not requested" };
}
