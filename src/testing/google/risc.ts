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

/** What is reported to the app; nothing has to be said. */
export interface SecurityReportOptions
  extends Omit<SecurityEventTokenOptions, "eventType">, SecurityEventDetails {
  /** A short name, or a URI. Default: `sessions-revoked`. */
  readonly type?: SecurityEventName | (string & {});
  /** When it happened: the token's `iat`. Default: now. */
  readonly occurredAt?: Date;
  /**
   * Delivers here, whatever the stream says: this machine or an authorized
   * domain. Default: the stream's receiver.
   */
  readonly to?: string;
  /** Sends nothing before `deliver` is called. Default: false. */
  readonly hold?: boolean;
}

/** A security event that was reported. */
export interface SecurityReport {
  readonly jti: string;
  /** The event's URI. */
  readonly type: string;
  /** The security event token. */
  readonly token: string;
  /**
   * Sends the token: for the first time when it was held back, again when not.
   * Settles when nothing more will be tried, and never fails: see `outcome`.
   */
  deliver(): Promise<SecurityDelivery>;
  /** How the first delivery ended. */
  readonly delivered: Promise<SecurityDelivery>;
}

/** What Cross-Account Protection works with. */
export interface GoogleRiscContext {
  readonly keys: GoogleKeyRing;
  readonly clientIds: readonly [string, ...string[]];
  now(): Date;
}

/** How security events are sent, and whither. */
export interface GoogleRiscOptions {
  /**
   * The hosts that may receive security events, by http or https. This machine
   * always may. Default: no other.
   */
  readonly authorizedDomains?: readonly string[];
  /** How patiently events are sent. */
  readonly transmitter?: TransmitterOptions;
}

/** Cross-Account Protection: who asks for security events, and sending them. */
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

  /** The same, once none is under way. */
  settledDeliveries(): Promise<readonly SecurityDelivery[]> {
    return this.#transmitter.settled();
  }

  /** Makes a service account, and gives its key file. */
  async serviceAccount(
    options?: ServiceAccountOptions,
  ): Promise<ServiceAccountKey> {
    const { file, known } = await newServiceAccount(options);
    this.#serviceAccounts.push(known);
    return file;
  }

  /**
   * Reports an event.
   *
   * @throws EmulatorInputError when there is no receiver, no such event or account
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

  /** Gives up what is under way. */
  stop(): void {
    this.#transmitter.stop();
  }

  /** Mints the token; the stream is asked again at each delivery. */
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

  /** The transmitter makes requests to no other host than a stream may name. */
  #checkedReceiver(to: string): string {
    const url = httpUrl(to);
    if (url === undefined || !isReceiver(url, this.#authorizedDomains)) {
      throw new EmulatorInputError(
        '"to" must be an http or https URL of this machine or an authorized domain.',
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
      'Nobody receives security events: configure the stream, or say "to".',
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
