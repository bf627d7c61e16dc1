/**
 * What a transmitter is told of a token that is not accepted.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8935#section-2.4
 */
export type SecurityEventErrorCode =
  | "invalid_request"
  | "invalid_key"
  | "invalid_issuer"
  | "invalid_audience"
  | "authentication_failed";

/** A security event token is not accepted, and will not be when it is sent again. */
export class SecurityEventRefusal extends Error {
  override readonly name = "SecurityEventRefusal";

  /**
   * @param reason which check refused, for the log; nothing of the token
   */
  constructor(
    readonly code: SecurityEventErrorCode,
    readonly reason: string,
  ) {
    super(`${code}: ${reason}`);
  }
}
