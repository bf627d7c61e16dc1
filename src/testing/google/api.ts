import {
  jsonAnswer,
  type EmulatorAnswer,
  type EmulatorRequest,
} from "./emulator-answer";

/** The names of the statuses used here in Google's APIs. */
const STATUS_NAMES = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
} as const;

/**
 * Refuses a request to one of Google's APIs.
 * https://cloud.google.com/apis/design/errors
 */
export class GoogleApiError extends Error {
  override readonly name = "GoogleApiError";

  constructor(
    readonly status: keyof typeof STATUS_NAMES,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Wraps a handler: its refusals become errors in the format of Google's APIs.
 */
export function apiAnswer(
  answer: (
    request: EmulatorRequest,
  ) => EmulatorAnswer | Promise<EmulatorAnswer>,
): (request: EmulatorRequest) => Promise<EmulatorAnswer> {
  return async (request) => {
    try {
      return await answer(request);
    } catch (cause) {
      if (!(cause instanceof GoogleApiError)) {
        throw cause;
      }
      const { status: code, message } = cause;
      const error = { code, message, status: STATUS_NAMES[code] };
      return jsonAnswer({ error }, { status: code });
    }
  };
}

/**
 * The object in the body of a call. Unknown fields are refused, as Google does.
 *
 * @throws GoogleApiError 400
 */
export function apiFields(
  at: string,
  value: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(`${at} must be an object.`);
  }
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw invalid(`Unknown name "${unknown}" at '${at}': Cannot find field.`);
  }
  return value as Record<string, unknown>;
}

/**
 * The JSON in the body of a call.
 *
 * @throws GoogleApiError 400
 */
export function apiBody({ body }: EmulatorRequest): unknown {
  try {
    return JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw invalid("Expected a JSON object.");
  }
}

function invalid(message: string): GoogleApiError {
  return new GoogleApiError(400, `Invalid JSON payload received. ${message}`);
}
