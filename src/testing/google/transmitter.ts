import { setTimeout as delay } from "node:timers/promises";
import { pushSecurityEvent } from "./security-event-push";

/** How patient the transmitter is. */
export interface TransmitterOptions {
  /**
   * Milliseconds to wait before each further attempt; as many attempts follow
   * the first. Default: 50, 100, 200, 400 and 800.
   */
  readonly retryDelaysMs?: readonly number[];
  /** Milliseconds that one attempt may take. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** One time that a token was handed over, or was not. */
export interface DeliveryAttempt {
  /** By the emulator's clock. */
  readonly at: Date;
  /** The receiver's answer; absent when none came. */
  readonly status?: number;
  /** Why none came. */
  readonly error?: string;
  /** The start of what a 400 said. */
  readonly body?: string;
}

/**
 * How a delivery ended: the receiver said 202 (`delivered`) or 400 (`refused`),
 * or never either (`given up`); the emulator was stopped; or nothing was sent,
 * because the stream is disabled or does not ask for this event.
 */
export type DeliveryOutcome =
  | "delivered"
  | "refused"
  | "given up"
  | "stopped"
  | "disabled"
  | "not requested";

/** A security event token on its way to a receiver. */
export interface SecurityDelivery {
  readonly jti: string;
  /** The event's URI. */
  readonly type: string;
  /** The receiver. */
  readonly url: string;
  readonly attempts: readonly DeliveryAttempt[];
  /** Absent while it is under way. */
  readonly outcome?: DeliveryOutcome;
}

/** What is handed over. */
export interface Consignment {
  readonly jti: string;
  readonly type: string;
  readonly url: string;
  readonly token: string;
  /** Why nothing is sent. */
  readonly unsent?: "disabled" | "not requested";
}

interface OpenDelivery extends SecurityDelivery {
  readonly attempts: DeliveryAttempt[];
  outcome?: DeliveryOutcome;
}

const KEPT = 1000;
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * Hands security event tokens to receivers as Google does: anything but 202 and
 * 400 is tried again, but not for ever.
 */
export class GoogleTransmitter {
  readonly #retryDelaysMs: readonly number[];
  readonly #timeoutMs: number;
  readonly #deliveries: OpenDelivery[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #stopped = new AbortController();

  /**
   * @param now the emulator's clock
   * @throws RangeError when a number of milliseconds is none
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

  /** Delivers; settles, always well, when nothing more will be tried. */
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

  /** The deliveries, once none is under way. */
  async settled(): Promise<readonly SecurityDelivery[]> {
    while (this.#underWay.size > 0) {
      await Promise.all(this.#underWay);
    }
    return this.deliveries;
  }

  /** Gives up all that is under way. */
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
