/** Whether tokens can be bound to a key of the client. */
export interface DpopRules {
  /**
   * `off`: proofs are ignored. `optional`: clients that send a proof get bound
   * tokens. `required`: every client must send one.
   */
  readonly use: "off" | "optional" | "required";
  /** Whether every proof must contain a nonce issued by this service. */
  readonly nonce: "optional" | "required";
}

/** What proofs are checked against. */
export interface DpopOptions extends DpopRules {
  /**
   * Where clients reach this service; paths are appended. The `Host` header is
   * not used.
   */
  readonly publicUrl: string;
  /**
   * At least 32 bytes; the nonces are derived from it. Null: no nonces are
   * issued.
   */
  readonly secretKey: string | null;
}

export const DPOP_OPTIONS = Symbol("DPOP_OPTIONS");
