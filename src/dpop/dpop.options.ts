/** Whether tokens can be bound to a key that the client has. */
export interface DpopRules {
  /** `off`: proofs are not read. `optional`: who sends one gets bound tokens. `required`: nobody gets others. */
  readonly use: "off" | "optional" | "required";
  /** Whether every proof has to carry a nonce that this service gave out. */
  readonly nonce: "optional" | "required";
}

/** What proofs are checked against. */
export interface DpopOptions extends DpopRules {
  /** Where clients reach this service; paths are appended. The `Host` header is not asked. */
  readonly publicUrl: string;
  /** At least 32 bytes, the nonces are made from it; null: none are given out. */
  readonly secretKey: string | null;
}

export const DPOP_OPTIONS = Symbol("DPOP_OPTIONS");
