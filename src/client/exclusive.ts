/** Runs one task at a time for a name, in this program and in every tab. */
export type Exclusive = <Result>(
  task: () => Promise<Result>,
) => Promise<Result>;

/** Of tabs without Web Locks: how long they may object, and may hold, in milliseconds. */
const objectionTime = 40;
const longestHold = 20_000;

const chains = new Map<string, Promise<unknown>>();

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
  return (task) => {
    const before = chains.get(name) ?? Promise.resolve();
    const run = before.then(() => across(task));
    chains.set(
      name,
      run.catch(() => undefined),
    );
    return run;
  };
}

/** Whoever claims and is not objected to leads; of two claims the lower wins. */
function leadership(name: string): Exclusive {
  return async (task) => {
    const channel = openChannel(`${name}:lock`);
    const claim = Math.random();
    const started = Date.now();
    let leads = false;
    let objected = false;
    let freed = () => {};
    channel.onmessage = ({ data }: MessageEvent<number | "held" | "free">) => {
      if (data === "free") freed();
      else if (data === "held") objected = true;
      else if (leads || claim < data) channel.postMessage("held");
    };
    try {
      while (!leads) {
        objected = false;
        channel.postMessage(claim);
        await new Promise((resolve) => setTimeout(resolve, objectionTime));
        leads = !objected || Date.now() - started > longestHold;
        if (!leads) {
          await new Promise<void>((resolve) => {
            freed = resolve;
            setTimeout(resolve, 10 * objectionTime);
          });
        }
      }
      return await task();
    } finally {
      channel.postMessage("free");
      channel.close();
    }
  };
}

/** A channel that does not keep a Node process alive. */
export function openChannel(name: string): BroadcastChannel {
  const channel = new BroadcastChannel(name);
  (channel as { unref?: () => void }).unref?.();
  return channel;
}
