import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { commandLineOf, isAlive, isRunning, ownIdentity } from "./processes";

const onLinux = process.platform === "linux" ? it : it.skip;

describe("a process's identity", () => {
  it("is alive while the process is running, under any user", () => {
    expect(isAlive(ownIdentity())).toBe(true);
    expect(isRunning(1)).toBe(true);
  });

  it("is dead after the process has ended", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);

    expect(isAlive(`${pid}@`)).toBe(false);
  });

  onLinux("is dead if another process has the pid", () => {
    const [pid, start] = ownIdentity().split("@");

    expect(isAlive(`${pid}@${start}0`)).toBe(false);
  });

  it.each(["", "x", "0@", "-1@", "NaN@1"])(
    "is dead for the malformed text %j, without a signal to a process group",
    (text) => expect(isAlive(text)).toBe(false),
  );

  onLinux("has a command line while the process runs", async () => {
    const child = spawn("sleep", ["4711"]);
    await once(child, "spawn");
    expect(commandLineOf(child.pid ?? 0)).toContain("sleep 4711");

    child.kill("SIGKILL");
    await once(child, "close");
    expect(commandLineOf(child.pid ?? 0)).toBeUndefined();
  });
});
