import type * as Module from "../../src/client/exclusive";

/** A separate copy of the module, as in every tab. */
function tab(): typeof Module {
  let loaded: typeof Module | undefined;
  jest.isolateModules(() => {
    loaded = jest.requireActual<typeof Module>("../../src/client/exclusive");
  });
  if (!loaded) throw new Error("not loaded");
  return loaded;
}

describe("tabs without Web Locks", () => {
  it("run all tasks, one at a time", async () => {
    let running = 0;
    let most = 0;
    let ended = 0;
    const task = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 60));
      running -= 1;
      ended += 1;
    };
    const tabs = Array.from({ length: 5 }, () => tab().exclusive("test"));
    await Promise.all(tabs.flatMap((run) => [run(task), run(task)]));
    expect([most, ended]).toEqual([1, 10]);
  });

  it("continue after a task that fails", async () => {
    const run = tab().exclusive("failing");
    await expect(run(() => Promise.reject(new Error("no")))).rejects.toThrow();
    await expect(run(() => Promise.resolve(1))).resolves.toBe(1);
  });
});
