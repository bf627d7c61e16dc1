import {
  decideRotation,
  rememberedRotations,
  type RotationState,
} from "../../src/sessions/rotation";

/*
 * A session as the store keeps it, and everybody who may hold a token of it:
 * honest clients that refresh with the newest token they have, lose answers and
 * retry, in several tabs; and a thief who comes with old ones. Times in ms.
 */
export const grace = 10_000;
export const budget = 3;
export const rules = { graceMilliseconds: grace, lateRetries: budget };
export const idle = 3_600_000;
export const absolute = 24 * 3_600_000;

/** One session, and how often reuse was found. */
export interface Server {
  now: number;
  state: RotationState;
  reuses: number;
}

/** The tokens that were handed out, by their generations. */
export interface Clients {
  /** Newest generation each tab holds. */
  tabs: number[];
  /** Every generation that was ever handed out. */
  seen: Set<number>;
}

type Answer = { kind: "token"; generation: number } | { kind: "refused" };

/** What the store does with a decision, in memory. */
export function present(server: Server, generation: number): Answer {
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

/** A session that has just begun, and three tabs that hold its token. */
export function start(): { model: Clients; real: Server } {
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
