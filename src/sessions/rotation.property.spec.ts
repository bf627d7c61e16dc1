import fc from "fast-check";
import { runs } from "../../test/support/extent";
import {
  RefreshCommand,
  refreshes,
  share,
  ShareCommand,
  SignOutCommand,
  TheftCommand,
  waits,
} from "../../test/support/rotation.commands";
import {
  absolute,
  budget,
  grace,
  idle,
  present,
  start,
} from "../../test/support/rotation.model";

describe("any interleaving of the events of a session", () => {
  it("never leaves two valid chains, and ends it only for a reason", () => {
    const commands = fc.commands(
      [
        refreshes,
        share,
        waits(3_000),
        waits(2 * idle),
        fc.integer({ min: 1, max: 12 }).map((age) => new TheftCommand(age)),
        fc.constant(new SignOutCommand()),
      ],
      { maxCommands: 60, size: "max" },
    );
    fc.assert(
      fc.property(commands, (cmds) => {
        fc.modelRun(start, cmds);
      }),
      runs(2000),
    );
  });

  it("never ends the session of tabs that lose responses, retry, and share tokens within the grace period", () => {
    const burst = fc.record({
      steps: fc.array(fc.oneof(refreshes, waits(400)), { maxLength: 20 }),
      pause: fc.integer({ min: 0, max: idle - 20 * 400 - 1 }),
    });
    fc.assert(
      fc.property(fc.array(burst, { maxLength: 20, size: "max" }), (bursts) => {
        const { model, real } = start();
        for (const { steps, pause } of bursts) {
          for (const step of steps) step.run(model, real);
          new ShareCommand().run(model);
          const isOver = real.now >= absolute;
          new RefreshCommand(0, false).run(model, real);
          new ShareCommand().run(model);
          expect(real.state.isRevoked).toBe(false);
          if (isOver) return;
          expect(model.tabs[0]).toBe(Math.max(...model.seen));
          real.now += pause;
        }
        expect(real.reuses).toBe(0);
      }),
      runs(1000),
    );
  });

  it("never ends the session of an app that loses responses and retries at any later time", () => {
    const rounds = fc.array(
      fc.record({
        pause: fc.integer({ min: 0, max: idle / 2 - 1 }),
        suspended: fc.integer({ min: 0, max: idle / 2 - 1 }),
        retries: fc.integer({ min: 1, max: 5 }),
      }),
      { minLength: 1, maxLength: budget },
    );
    fc.assert(
      fc.property(rounds, (lost) => {
        const { real } = start();
        let held = 1;
        for (const { pause, suspended, retries } of lost) {
          real.now += pause;
          // The client never stores this response.
          present(real, held);
          real.now += suspended;
          if (real.now >= absolute) return;
          for (let retry = 1; retry <= retries; retry++) {
            const answer = present(real, held);
            expect(answer).toEqual({ kind: "token", generation: held + 1 });
          }
          held++;
        }
        expect(real.reuses).toBe(0);
      }),
      runs(1000),
    );
  });

  it("detects two holders that take turns, within the budget", () => {
    const turns = fc.array(
      fc.record({
        pause: fc.integer({ min: grace, max: idle / 2 }),
        isThief: fc.boolean(),
      }),
      { minLength: 40, maxLength: 60 },
    );
    fc.assert(
      fc.property(turns, (steps) => {
        const { real } = start();
        real.state = { ...real.state, absoluteExpiresAt: 1e12 };
        const held = { owner: 1, thief: 1 };
        let changes = 0;
        let last: boolean | undefined;
        for (const { pause, isThief } of steps) {
          real.now += pause;
          const who = isThief ? "thief" : "owner";
          if (last !== undefined && last !== isThief) changes++;
          last = isThief;
          const answer = present(real, held[who]);
          if (answer.kind === "refused") {
            expect(real.reuses).toBe(1);
            // Of two changes of the holder, one is a late retry or the end.
            expect(changes).toBeLessThanOrEqual(2 * (budget + 1));
            return;
          }
          held[who] = answer.generation;
        }
        expect(changes).toBeLessThanOrEqual(2 * budget + 1);
      }),
      runs(1000),
    );
  });
});
