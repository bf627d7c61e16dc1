import {
  decideRotation,
  rememberedRotations,
  type RotationState,
} from "../../src/sessions/rotation";

/*
 * A session as the store keeps it, and all holders of its tokens: legitimate
 * clients in several tabs that refresh with their newest token, lose responses
 * and retry; and a thief with old tokens. Times in ms.
 */
export const grace = 10_000;
export const budget = 3;
export const rules = { graceMilliseconds: grace, lateRetries: budget };
export const idle = 3_600_000;
export const absolute = 24 * 3_600_000;

/** One session, and the number of detected reuses. */
export interface Server {
  now: number;
  state: RotationState;
  reuses: number;
}

/** The issued tokens, by generation. */
export interface Clients {
  /** The newest generation each tab holds. */
  tabs: number[];
  /** Every issued generation. */
  seen: Set<number>;
}

type Answer = { kind: "token"; generation: number } | { kind: "refused" };

/** Applies a decision like the store, in memory. */
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

/** A new session, and three tabs that hold its token. */
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
