import fc from "fast-check";
import {
  decideRotation,
  rememberedRotations,
  type RotationState,
} from "./rotation";
import { runs } from "../../test/support/extent";

/*
 * A session as the store keeps it, and everybody who may hold a token of it:
 * honest clients that refresh with the newest token they have, lose answers and
 * retry, in several tabs; and a thief who comes with old ones. Times in ms.
 */
const grace = 10_000;
const budget = 3;
const rules = { graceMilliseconds: grace, lateRetries: budget };
const idle = 3_600_000;
const absolute = 24 * 3_600_000;

interface Server {
  now: number;
  state: RotationState;
  reuses: number;
}

interface Clients {
  /** Newest generation each tab holds. */
  tabs: number[];
  /** Every generation that was ever handed out. */
  seen: Set<number>;
}

type Answer = { kind: "token"; generation: number } | { kind: "refused" };

/** What the store does with a decision, in memory. */
function present(server: Server, generation: number): Answer {
  const { state, now } = server;
  switch (decideRotation(state, generation, now, rules)) {
    case "rotate":
      server.state = {
        ...state,
        generation: generation + 1,
        rotations: [now, ...state.rotations].slice(0, rememberedRotations),
        idleExpiresAt: Math.min(now + idle, state.absoluteExpiresAt),
      };
      return { kind: "token", generation: generation + 1 };
    case "repeat":
      return { kind: "token", generation: generation + 1 };
    case "repeat-late":
      server.state = {
        ...state,
        lateRetries: [now, ...state.lateRetries].slice(0, 10),
        idleExpiresAt: Math.min(now + idle, state.absoluteExpiresAt),
      };
      return { kind: "token", generation: generation + 1 };
    case "reuse":
      server.reuses++;
      server.state = { ...state, isRevoked: true };
      return { kind: "refused" };
    default:
      return { kind: "refused" };
  }
}

type Command = fc.Command<Clients, Server>;

/** Never more than one live token, and never one beyond what was handed out. */
function checkChain(clients: Clients, server: Server): void {
  const live = [...clients.seen].filter(
    (generation) =>
      decideRotation(server.state, generation, server.now, rules) === "rotate",
  );
  expect(live.length).toBeLessThanOrEqual(1);
  expect(Math.max(...clients.seen)).toBeLessThanOrEqual(
    server.state.generation,
  );
}

/** A tab refreshes; its answer may be lost, and then it has to try again. */
class RefreshCommand implements Command {
  constructor(
    readonly tab: number,
    readonly answerIsLost: boolean,
  ) {}

  check({ tabs }: Readonly<Clients>): boolean {
    return this.tab < tabs.length;
  }

  run(clients: Clients, server: Server): void {
    const before = server.state;
    const held = clients.tabs[this.tab] ?? 0;
    const answer = present(server, held);
    if (answer.kind === "token") {
      clients.seen.add(answer.generation);
      expect(answer.generation).toBe(held + 1);
      if (!this.answerIsLost) clients.tabs[this.tab] = answer.generation;
    } else if (!before.isRevoked) {
      const over =
        server.now >= before.idleExpiresAt ||
        server.now >= before.absoluteExpiresAt;
      const replacedAt = before.rotations[before.generation - held - 1];
      const tooLate =
        replacedAt === undefined || server.now - replacedAt >= grace;
      // An honest session ends by time, or by a tab that slept over the grace.
      expect(over || tooLate).toBe(true);
    }
    checkChain(clients, server);
  }

  toString = () => `refresh(tab ${this.tab}, lost: ${this.answerIsLost})`;
}

/** The tabs share their storage, as those of one browser do. */
class ShareCommand implements Command {
  check = () => true;

  run(clients: Clients): void {
    clients.tabs = clients.tabs.map(() => Math.max(...clients.tabs));
  }

  toString = () => "share";
}

class WaitCommand implements Command {
  constructor(readonly milliseconds: number) {}

  check = () => true;

  run(_clients: Clients, server: Server): void {
    server.now += this.milliseconds;
  }

  toString = () => `wait(${this.milliseconds})`;
}

/** Somebody presents a token of long ago. */
class TheftCommand implements Command {
  constructor(readonly age: number) {}

  check = () => true;

  run(clients: Clients, server: Server): void {
    const { state, now } = server;
    const generation = Math.max(1, state.generation - this.age);
    const replacedAt = state.rotations[state.generation - generation - 1];
    // The parent of the live token may also be an honest retry that comes late.
    const isOld =
      generation < state.generation - 1 &&
      (replacedAt === undefined || now - replacedAt >= grace);
    const isOver =
      state.isRevoked ||
      now >= state.idleExpiresAt ||
      now >= state.absoluteExpiresAt;
    if (!isOld) return;
    expect(present(server, generation).kind).toBe("refused");
    if (!isOver) expect(server.state.isRevoked).toBe(true);
    checkChain(clients, server);
  }

  toString = () => `theft(${this.age} generations old)`;
}

class SignOutCommand implements Command {
  check = () => true;

  run(clients: Clients, server: Server): void {
    server.state = { ...server.state, isRevoked: true };
    for (const generation of clients.seen) {
      expect(present(server, generation).kind).toBe("refused");
    }
  }

  toString = () => "sign out";
}

function start(): { model: Clients; real: Server } {
  return {
    model: { tabs: [1, 1, 1], seen: new Set([1]) },
    real: {
      now: 0,
      reuses: 0,
      state: {
        generation: 1,
        rotations: [],
        lateRetries: [],
        idleExpiresAt: idle,
        absoluteExpiresAt: absolute,
        isRevoked: false,
      },
    },
  };
}

const refreshes = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.boolean())
  .map(([tab, lost]) => new RefreshCommand(tab, lost));
const waits = (max: number) =>
  fc.integer({ min: 0, max }).map((time) => new WaitCommand(time));
const share = fc.constant(new ShareCommand());

describe("any interleaving of what happens to a session", () => {
  it("never leaves two live chains, and ends it only for a reason", () => {
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

  it("never ends the session of tabs that lose answers, retry, and share what they have before the grace is over", () => {
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

  it("never ends the session of an app that loses an answer and comes back whenever", () => {
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
          // Answered, and never stored.
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

  it("finds out two holders who take turns, within the budget", () => {
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
            // Of two changes of hands, one is a late retry or the end.
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
