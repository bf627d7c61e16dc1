/**
 * The error code that the transmitter of a refused token gets.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8935#section-2.4
 */
export type SecurityEventErrorCode =
  | "invalid_request"
  | "invalid_key"
  | "invalid_issuer"
  | "invalid_audience"
  | "authentication_failed";

/** A security event token is refused, and sending it again would not help. */
export class SecurityEventRefusal extends Error {
  override readonly name = "SecurityEventRefusal";

  /**
   * @param reason which check refused, for the log; contains nothing of the token
   */
  constructor(
    readonly code: SecurityEventErrorCode,
    readonly reason: string,
  ) {
    super(`${code}: ${reason}`);
  }
}
