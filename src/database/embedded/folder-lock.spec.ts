import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "./folder-lock";

const { pid: deadPid } = spawnSync(process.execPath, ["--version"]);

describe("a folder's lock", () => {
  let folder: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lock-"));
    lock = join(folder, "lock");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("admits one of many callers at a time, and leaves no file", async () => {
    let inside = 0;
    let most = 0;
    const visits = Array.from({ length: 20 }, () =>
      withLock(lock, async () => {
        most = Math.max(most, (inside += 1));
        await new Promise(setImmediate);
        inside -= 1;
      }),
    );
    await Promise.all(visits);

    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is released when the work fails", async () => {
    const failing = withLock(lock, () => Promise.reject(new Error("no")));

    await expect(failing).rejects.toThrow("no");
    expect(existsSync(lock)).toBe(false);
  });

  it("is broken if its holder is dead", async () => {
    writeFileSync(lock, `${deadPid}@\n`);

    await expect(withLock(lock, () => Promise.resolve(1))).resolves.toBe(1);
  });

  it("is broken if a process died while breaking it", async () => {
    writeFileSync(lock, `${deadPid}@\n`);
    writeFileSync(`${lock}.break`, `${deadPid}@\n`);

    await expect(withLock(lock, () => Promise.resolve(1))).resolves.toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("names its holder if that is alive and does not release it", async () => {
    await withLock(lock, async () => {
      const waiting = withLock(lock, () => Promise.resolve(), 30);

      await expect(waiting).rejects.toThrow(`Process ${process.pid} does not`);
      expect(existsSync(lock)).toBe(true);
    });
  });

  it("fails with ENOENT if the folder is deleted", async () => {
    const nowhere = join(folder, "gone", "lock");

    await expect(
      withLock(nowhere, () => Promise.resolve()),
    ).rejects.toMatchObject({ code: "ENOENT" });
  });
});
