/** What a process has been signalled to do. */
export interface StopSignals {
  /** Settles when the process is to stop. */
  readonly first: Promise<void>;
  /** Aborted when it is to stop without waiting for anybody. */
  readonly hurry: AbortSignal;
}

/**
 * Takes over SIGTERM and SIGINT: the first one stops the process, the second
 * one does so at once, and only a third one ends it as it is. By itself Node
 * would end at the second, and leave the embedded database running.
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
