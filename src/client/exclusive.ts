/** Runs one task at a time per name, across this program and all tabs. */
export type Exclusive = <Result>(
  task: () => Promise<Result>,
) => Promise<Result>;

/**
 * For tabs without Web Locks: how long they may object to a claim, and how long
 * they may hold one, in milliseconds.
 */
const objectionTime = 40;
const longestHold = 20_000;

const chains = new Map<unknown, Promise<unknown>>();

/**
 * Uses Web Locks if available, otherwise the tabs coordinate over a
 * BroadcastChannel; without either, as in React Native, there is only one
 * program. If two tasks run concurrently anyway, the service returns the same
 * tokens to both.
 */
export function exclusive(name: string): Exclusive {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  const across: Exclusive = locks
    ? (task) => locks.request(name, task) as ReturnType<typeof task>
    : typeof BroadcastChannel === "undefined"
      ? (task) => task()
      : leadership(name);
  return inOrder(name, across);
}

/** Runs tasks with the same key in this program one after another. */
export function inOrder(
  key: unknown,
  across: Exclusive = (task) => task(),
): Exclusive {
  return (task) => {
    const before = chains.get(key) ?? Promise.resolve();
    const run = before.then(() => across(task));
    const end = run.then(
      () => {},
      () => {},
    );
    chains.set(key, end);
    void end.then(() => {
      if (chains.get(key) === end) chains.delete(key);
    });
    return run;
  };
}

/** A claim, an objection to a claim, or a release by the leader. */
type Word = number | { readonly no: number } | "free";

/** A claim without objections wins; of two claims the lower one wins. */
function leadership(name: string): Exclusive {
  return async (task) => {
    const channel = openChannel(`${name}:lock`);
    const claim = Math.random();
    const started = performance.now();
    let leads = false;
    let objected = false;
    let freed = () => {};
    channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data === "free") freed();
      else if (typeof data === "object") objected ||= data.no === claim;
      else if (leads || claim < data) channel.postMessage({ no: data });
      else objected = true;
    };
    try {
      while (!leads) {
        objected = false;
        channel.postMessage(claim);
        await pause(objectionTime);
        // Under load, messages sent in time are delivered after the timer.
        await pause(0);
        leads = !objected || performance.now() - started > longestHold;
        if (!leads) {
          await Promise.race([
            new Promise<void>((resolve) => (freed = resolve)),
            pause(10 * objectionTime),
          ]);
        }
      }
      return await task();
    } finally {
      channel.postMessage("free");
      channel.close();
    }
  };
}

const pause = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A channel that does not keep a Node process alive. */
export function openChannel(name: string): BroadcastChannel {
  const channel = new BroadcastChannel(name);
  (channel as { unref?: () => void }).unref?.();
  return channel;
}
