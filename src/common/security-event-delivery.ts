/**
 * How security event tokens come to us.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8935#section-2
 */
export const securityEventsPath = "/security-events";
/** The body is the token itself. */
export const securityEventMediaType = "application/secevent+jwt";
