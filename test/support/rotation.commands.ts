import fc from "fast-check";
import { decideRotation } from "../../src/sessions/rotation";
import {
  type Clients,
  grace,
  present,
  rules,
  type Server,
} from "./rotation.model";

type Command = fc.Command<Clients, Server>;

/** Checks that at most one token is valid, and none that was never issued. */
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

/** A tab refreshes; if the response is lost, it tries again. */
export class RefreshCommand implements Command {
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
      // Without theft, a session ends by expiry, or by a tab that slept longer
      // than the grace period.
      expect(over || tooLate).toBe(true);
    }
    checkChain(clients, server);
  }

  toString = () => `refresh(tab ${this.tab}, lost: ${this.answerIsLost})`;
}

/** The tabs share their storage, like those of one browser. */
export class ShareCommand implements Command {
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

/** A thief presents an old token. */
export class TheftCommand implements Command {
  constructor(readonly age: number) {}

  check = () => true;

  run(clients: Clients, server: Server): void {
    const { state, now } = server;
    const generation = Math.max(1, state.generation - this.age);
    const replacedAt = state.rotations[state.generation - generation - 1];
    // The parent of the valid token may also be a legitimate late retry.
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

/** After it every issued token is refused. */
export class SignOutCommand implements Command {
  check = () => true;

  run(clients: Clients, server: Server): void {
    server.state = { ...server.state, isRevoked: true };
    for (const generation of clients.seen) {
      expect(present(server, generation).kind).toBe("refused");
    }
  }

  toString = () => "sign out";
}

/** Any of the three tabs refreshes. */
export const refreshes = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.boolean())
  .map(([tab, lost]) => new RefreshCommand(tab, lost));
/** Time passes, at most this many milliseconds. */
export const waits = (max: number) =>
  fc.integer({ min: 0, max }).map((time) => new WaitCommand(time));
/** The tabs switch to the newest token among them. */
export const share = fc.constant(new ShareCommand());
