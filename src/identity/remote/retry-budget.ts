/** How many requests earn one retry. */
const price = 10;
/** The most that can be saved up, in requests: ten retries. */
const most = 10 * price;

/**
 * Limits retries over all requests: an overloaded server gets a tenth more
 * requests, not twice as many.
 *
 * @see https://sre.google/sre-book/handling-overload/
 */
export class RetryBudget {
  private left = most;

  /** To be called for every first attempt. */
  earn(): void {
    this.left = Math.min(this.left + 1, most);
  }

  /** Whether one more request may be retried; if so, it is deducted. */
  take(): boolean {
    if (this.left < price) return false;
    this.left -= price;
    return true;
  }
}
