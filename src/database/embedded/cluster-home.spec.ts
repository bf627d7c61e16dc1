import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  claimHome,
  clearHome,
  existingHomes,
  isLeftOver,
  makeDataDir,
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

  it("is the folder itself if the server's account can enter it", () => {
    const home = settleHome(dataDir);

    expect(home).toMatchObject({ path: dataDir, dataDir });
    expect(isLeftOver(home)).toBe(false);
    expect(existingHomes(dataDir)).toEqual([dataDir]);
  });

  it("keeps the files of others when it is cleared", () => {
    for (const name of ["cluster", "notes.txt", "init-ab12", "password"]) {
      writeFileSync(join(dataDir, name), "");
    }
    clearHome(dataDir);

    expect(readdirSync(dataDir)).toEqual(["notes.txt"]);
  });

  asRoot("below a folder that only root can enter", () => {
    const homes: string[] = [];
    const settle = (of = dataDir) => {
      const home = settleHome(of);
      homes.push(home.path);
      return home;
    };
    beforeEach(() => chmodSync(folder, 0o700));
    afterEach(() => {
      for (const home of homes.splice(0)) {
        rmSync(home, { recursive: true, force: true });
      }
    });

    it("is below /var/tmp, and stays there", () => {
      const messages: string[] = [];
      const home = settleHome(dataDir, (text) => messages.push(text));
      homes.push(home.path);

      expect(home.path).toMatch(/^\/var\/tmp\/nest-google-auth-/);
      expect(statSync(home.path)).toMatchObject({ uid: 0 });
      expect(statSync(home.path).mode & 0o777).toBe(0o711);
      expect(messages).toEqual([expect.stringContaining(home.path)]);
      claimHome(home);
      expect(settle()).toEqual(home);
      expect(isLeftOver(home)).toBe(false);
      expect(existingHomes(dataDir)).toEqual([home.path, dataDir]);
    });

    it("is a different one after the folder was copied", () => {
      const home = settle();
      claimHome(home);
      const copy = join(folder, "copy");
      cpSync(dataDir, copy, { recursive: true });

      expect(settle(copy).path).not.toBe(home.path);
      expect(settle().path).toBe(home.path);
    });

    it("is orphaned if the folder was deleted and created again", () => {
      claimHome(settle());
      rmSync(dataDir, { recursive: true });
      makeDataDir(dataDir);

      expect(isLeftOver(settle())).toBe(true);
    });

    it("is refused if others can write to it", () => {
      chmodSync(settle().path, 0o777);

      expect(() => settle()).toThrow("only this user can write to");
    });

    it("is created again after it was deleted", () => {
      const home = settle();
      claimHome(home);
      rmSync(home.path, { recursive: true });

      expect(existsSync(settle().path)).toBe(true);
    });

    it("is the folder itself if it already has a cluster", () => {
      mkdirSync(join(dataDir, "cluster"));

      expect(settleHome(dataDir).path).toBe(dataDir);
    });
  });
});
