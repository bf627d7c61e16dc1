import type * as Module from "../../src/client/exclusive";

/** A module of its own, as every tab has one. */
function tab(): typeof Module {
  let loaded: typeof Module | undefined;
  jest.isolateModules(() => {
    loaded = jest.requireActual<typeof Module>("../../src/client/exclusive");
  });
  if (!loaded) throw new Error("not loaded");
  return loaded;
}

describe("tabs without Web Locks", () => {
  it("run one task at a time, and all of them", async () => {
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

  it("go on after a task that fails", async () => {
    const run = tab().exclusive("failing");
    await expect(run(() => Promise.reject(new Error("no")))).rejects.toThrow();
    await expect(run(() => Promise.resolve(1))).resolves.toBe(1);
  });
});
