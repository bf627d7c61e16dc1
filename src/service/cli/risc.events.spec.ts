import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { eventEffects } from "./risc.events";

describe("eventEffects", () => {
  it("matches the documentation", () => {
    const page = readFileSync(
      resolve(__dirname, "../../../docs/cross-account-protection.md"),
      "utf8",
    );
    const rows = page
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .filter(([, name = ""]) => /^`[a-z-]+`$/.test(name))
      .map(([, name = "", happened, effect]) => ({
        ...{ name: name.replaceAll("`", ""), happened, effect },
      }));
    expect(rows).toEqual(
      eventEffects().map(({ name, happened, effect }) => ({
        ...{ name, happened, effect },
      })),
    );
  });
});
