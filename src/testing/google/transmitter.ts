import { setTimeout as delay } from "node:timers/promises";
import { pushSecurityEvent } from "./security-event-push";

/** The retries and timeout of the transmitter. */
export interface TransmitterOptions {
  /**
   * Milliseconds to wait before each retry. Default: 50, 100, 200, 400 and 800.
   */
  readonly retryDelaysMs?: readonly number[];
  /** Timeout of one attempt in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** An attempt to deliver a token. */
export interface DeliveryAttempt {
  /** By the emulator's clock. */
  readonly at: Date;
  /** The status of the response; absent if there was none. */
  readonly status?: number;
  /** Why there was no response. */
  readonly error?: string;
  /** The beginning of the body of a 400. */
  readonly body?: string;
}

/**
 * How a delivery ended: the receiver responded with 202 (`delivered`), 400
 * (`refused`) or never with either (`given up`); the emulator was stopped; or
 * nothing was sent because the stream is disabled or does not request this
 * event.
 */
export type DeliveryOutcome =
  | "delivered"
  | "refused"
  | "given up"
  | "stopped"
  | "disabled"
  | "not requested";

/** The delivery of a security event token. */
export interface SecurityDelivery {
  readonly jti: string;
  /** The event's URI. */
  readonly type: string;
  /** The receiver. */
  readonly url: string;
  readonly attempts: readonly DeliveryAttempt[];
  /** Absent while it is pending. */
  readonly outcome?: DeliveryOutcome;
}

/** What to deliver. */
export interface Consignment {
  readonly jti: string;
  readonly type: string;
  readonly url: string;
  readonly token: string;
  /** Why it is not sent. */
  readonly unsent?: "disabled" | "not requested";
}

interface OpenDelivery extends SecurityDelivery {
  readonly attempts: DeliveryAttempt[];
  outcome?: DeliveryOutcome;
}

const KEPT = 1000;
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * Delivers security event tokens like Google does: retries a limited number of
 * times unless the response is 202 or 400.
 */
export class GoogleTransmitter {
  readonly #retryDelaysMs: readonly number[];
  readonly #timeoutMs: number;
  readonly #deliveries: OpenDelivery[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #stopped = new AbortController();

  /**
   * @param now the emulator's clock
   * @throws RangeError if a number of milliseconds is invalid
   */
  constructor(
    private readonly now: () => Date,
    {
      retryDelaysMs = [50, 100, 200, 400, 800],
      timeoutMs = 10_000,
    }: TransmitterOptions = {},
  ) {
    for (const wait of [...retryDelaysMs, timeoutMs]) {
      if (!Number.isInteger(wait) || wait < 0 || wait > LONGEST_WAIT_MS) {
        throw new RangeError(
          `retryDelaysMs and timeoutMs must be integers from 0 to ${LONGEST_WAIT_MS}.`,
        );
      }
    }
    this.#retryDelaysMs = retryDelaysMs;
    this.#timeoutMs = timeoutMs;
  }

  /** The latest 1000 deliveries, oldest first. */
  get deliveries(): readonly SecurityDelivery[] {
    return this.#deliveries.map((delivery) => ({
      ...delivery,
      attempts: [...delivery.attempts],
    }));
  }

  /** Delivers a token. Resolves after the last attempt and never rejects. */
  async deliver(consignment: Consignment): Promise<SecurityDelivery> {
    const { jti, type, url, unsent } = consignment;
    const delivery: OpenDelivery = { jti, type, url, attempts: [] };
    if (this.#deliveries.push(delivery) > KEPT) {
      this.#deliveries.shift();
    }
    if (unsent !== undefined) {
      delivery.outcome = unsent;
      return delivery;
    }
    const transmission = this.#transmit(consignment, delivery);
    this.#underWay.add(transmission);
    delivery.outcome = await transmission;
    this.#underWay.delete(transmission);
    return delivery;
  }

  /** The deliveries, once none is pending. */
  async settled(): Promise<readonly SecurityDelivery[]> {
    while (this.#underWay.size > 0) {
      await Promise.all(this.#underWay);
    }
    return this.deliveries;
  }

  /** Cancels all pending deliveries. */
  stop(): void {
    this.#stopped.abort();
  }

  async #transmit(
    { url, token }: Consignment,
    { attempts }: OpenDelivery,
  ): Promise<DeliveryOutcome> {
    const { signal } = this.#stopped;
    for (const wait of [0, ...this.#retryDelaysMs]) {
      if (wait > 0) {
        await delay(wait, undefined, { signal }).catch(() => {});
      }
      if (signal.aborted) {
        return "stopped";
      }
      const attempt = await this.#attempt(url, token);
      attempts.push(attempt);
      if (attempt.status === 202) {
        return "delivered";
      }
      if (attempt.status === 400) {
        return "refused";
      }
    }
    return signal.aborted ? "stopped" : "given up";
  }

  async #attempt(url: string, token: string): Promise<DeliveryAttempt> {
    const at = this.now();
    try {
      const { signal } = this.#stopped;
      const timeoutMs = this.#timeoutMs;
      const { status, body } = await pushSecurityEvent(
        url,
        token,
        timeoutMs,
        signal,
      );
      return { at, status, ...(status === 400 && { body }) };
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      return { at, error: code ?? message };
    }
  }
}
