/** Runs one task at a time for a name, in this program and in every tab. */
export type Exclusive = <Result>(
  task: () => Promise<Result>,
) => Promise<Result>;

/** Of tabs without Web Locks: how long they may object, and may hold, in milliseconds. */
const objectionTime = 40;
const longestHold = 20_000;

const chains = new Map<unknown, Promise<unknown>>();

/**
 * Web Locks where there are any, else the tabs agree over a BroadcastChannel,
 * and where there is neither, as in React Native, there is one program only.
 * Should two run at once all the same, the service gives both the same tokens.
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

/** One task after the other, of all who have the same key in this program. */
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

/** A claim; an objection to a claim; the leader is done. */
type Word = number | { readonly no: number } | "free";

/** Whoever claims and is not objected to leads; of two claims the lower wins. */
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
        // Under load, what was said in time is heard after the timer.
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
