/** So many requests earn one repetition in the long run. */
const price = 10;
/** Most that can be saved up, in requests: ten repetitions. */
const most = 10 * price;

/**
 * How often requests may be repeated, over all of them: a server that is in
 * trouble gets a tenth more to do, and not twice as much.
 *
 * @see https://sre.google/sre-book/handling-overload/
 */
export class RetryBudget {
  private left = most;

  /** To be told of every first attempt. */
  earn(): void {
    this.left = Math.min(this.left + 1, most);
  }

  /** Whether one more request may be repeated; it is taken off. */
  take(): boolean {
    if (this.left < price) return false;
    this.left -= price;
    return true;
  }
}
