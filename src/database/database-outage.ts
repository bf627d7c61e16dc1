import { types } from "node:util";
import { AuthError } from "../common/auth-error";

/** When clients should try again, in seconds. */
const retryAfterSeconds = 5;

/**
 * SQLSTATE classes and codes of temporary failures.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const outageStates =
  /^(?:08...|53...|57P0[1-5]|57014|55000|25006|40001|40P01|55P03|3D000|28...|58...)$/;
const outageCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);
// node-postgres gives these no code. The last is TypeORM's: it releases the
// connection of a transaction that dies between two of its statements.
const outageMessages =
  /connection terminated|timeout exceeded when trying to connect|connection ended|query read timeout|pool is draining|pool after calling end|is not queryable|query runner already released/i;

/** Whether an error means that the database is temporarily unavailable. */
export function isDatabaseOutage(error: unknown): boolean {
  // Not instanceof: under jest, Node's errors are from another realm.
  if (!types.isNativeError(error)) return false;
  const { code, driverError, errors } = error as Error & {
    code?: unknown;
    driverError?: unknown;
    errors?: unknown;
  };
  if (typeof code === "string") {
    if (outageStates.test(code) || outageCodes.has(code)) return true;
  }
  if (outageMessages.test(error.message)) return true;
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.every(isDatabaseOutage);
  }
  return driverError !== error && isDatabaseOutage(driverError);
}

/** Wraps an outage as AuthError `service_unavailable`; returns any other error unchanged. */
export function asServiceUnavailable(error: unknown): unknown {
  if (!isDatabaseOutage(error)) return error;
  return new AuthError("service_unavailable", {
    reason: "database_unavailable",
    retryAfterSeconds,
    cause: error,
  });
}
