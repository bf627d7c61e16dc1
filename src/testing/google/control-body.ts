import type { EmulatorRequest } from "./emulator-answer";
import { EmulatorInputError } from "./emulator-input-error";

/**
 * The JSON in a body; nothing is an empty object. Another content type is
 * refused, so that no web page can post here without a preflight, which fails.
 *
 * @throws EmulatorInputError when it is not JSON
 */
export function jsonBody({ headers, body }: EmulatorRequest): unknown {
  if (body === "") {
    return {};
  }
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new EmulatorInputError("The content type must be application/json.");
  }
  try {
    return JSON.parse(body);
  } catch {
    throw new EmulatorInputError("The body must be JSON.");
  }
}
