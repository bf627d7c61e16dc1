import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  currentHome,
  makeDataDir,
  orphanedHomes,
  removeHome,
  settleHome,
} from "./cluster-home";

const asRoot = process.geteuid?.() === 0 ? describe : describe.skip;

describe("a cluster's home", () => {
  let folder: string;
  let dataDir: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "home-")));
    chmodSync(folder, 0o755);
    dataDir = join(folder, "data/postgres");
    makeDataDir(dataDir);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is the folder itself, when the server's account gets there", () => {
    expect(settleHome(dataDir).path).toBe(dataDir);
    expect(currentHome(dataDir)).toBe(dataDir);
    expect(orphanedHomes(dataDir)).toEqual([]);
  });

  it("keeps what is not ours, when it is removed", () => {
    for (const name of ["cluster", "notes.txt", "init-ab12", "password"]) {
      writeFileSync(join(dataDir, name), "");
    }
    removeHome(dataDir, dataDir);

    expect(readdirSync(dataDir)).toEqual(["notes.txt"]);
  });

  it("is refused, when the folder is another server's data directory", () => {
    writeFileSync(join(dataDir, "PG_VERSION"), "18\n");

    expect(() => makeDataDir(dataDir)).toThrow("another PostgreSQL");
  });

  asRoot("below a folder that only root gets into", () => {
    let closed: string;
    const homes: string[] = [];
    const settle = (of = closed) => {
      const { path, account } = settleHome(of);
      homes.push(path);
      return { path, account };
    };
    beforeEach(() => {
      chmodSync(folder, 0o700);
      closed = dataDir;
    });
    afterEach(() => {
      for (const home of homes.splice(0)) {
        rmSync(home, { recursive: true, force: true });
      }
    });

    it("is elsewhere, and stays there, when it is asked for again", () => {
      const messages: string[] = [];
      const { path } = settleHome(closed, (text) => messages.push(text));
      homes.push(path);

      expect(path).toMatch(/^\/var\/tmp\/nest-google-auth-/);
      expect(statSync(path)).toMatchObject({ uid: 0 });
      expect(statSync(path).mode & 0o777).toBe(0o711);
      expect(messages).toEqual([expect.stringContaining(path)]);
      expect(settle().path).toBe(path);
      expect(currentHome(closed)).toBe(path);
    });

    it("moves along, when the folder is moved", () => {
      const { path } = settle();
      const moved = join(folder, "moved");
      renameSync(closed, moved);

      expect(settle(moved).path).toBe(path);
    });

    it("is another one, when the folder was copied", () => {
      const { path } = settle();
      const copy = join(folder, "copy");
      cpSync(closed, copy, { recursive: true });

      expect(settle(copy).path).not.toBe(path);
      expect(settle().path).toBe(path);
    });

    it("is an orphan, when the folder was deleted and made again", () => {
      const { path } = settle();
      rmSync(closed, { recursive: true });
      makeDataDir(closed);

      expect(orphanedHomes(closed)).toEqual([path]);
      expect(settle().path).not.toBe(path);
    });

    it("is refused, when others may write into it", () => {
      const { path } = settle();
      chmodSync(path, 0o777);

      expect(() => settleHome(closed)).toThrow("not a folder that this user");
    });

    it("is refused, when the pointer leads to some other folder", () => {
      const victim = join(folder, "victim");
      mkdirSync(victim);
      writeFileSync(join(closed, "cluster-is-in"), victim);

      expect(() => currentHome(closed)).toThrow("not a folder that this user");
    });

    it("is made anew, when the old one was cleaned away", () => {
      const { path } = settle();
      rmSync(path, { recursive: true });

      expect(settle().path).not.toBe(path);
    });

    it("takes its pointer along, when it is removed", () => {
      const { path } = settle();
      removeHome(path, closed);

      expect(existsSync(path)).toBe(false);
      expect(readdirSync(closed)).toEqual([]);
    });

    it("is an error, when the way to an existing cluster was closed", () => {
      mkdirSync(join(closed, "cluster"));

      expect(() => settleHome(closed)).toThrow("cannot get there any more");
      expect(homes).toEqual([]);
    });
  });
});
