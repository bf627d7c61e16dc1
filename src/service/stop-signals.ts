/** The stop signals that a process received. */
export interface StopSignals {
  /** Resolves at the first signal. */
  readonly first: Promise<void>;
  /** Aborted at the second signal: stop without waiting for requests in flight. */
  readonly hurry: AbortSignal;
}

/**
 * Handles SIGTERM and SIGINT: the first stops the process gracefully, the
 * second immediately, a third exits. Without this Node would exit at the second
 * and leave the embedded database running.
 */
export function stopSignals(): StopSignals {
  const hurry = new AbortController();
  const first = new Promise<void>((stop) => {
    let count = 0;
    const onSignal = () => {
      count++;
      if (count === 1) stop();
      else if (count === 2) hurry.abort();
      else process.exit(1);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
  return { first, hurry: hurry.signal };
}
