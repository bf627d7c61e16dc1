import { jsonAnswer, type EmulatorAnswer } from "./emulator-answer";
import type { EmulatorRequest } from "./emulator-answer";

/** Refuses an OAuth request. */
export class OAuthRefusal extends Error {
  override readonly name = "OAuthRefusal";

  /**
   * @param error a code of RFC 6749 §5.2 or Google's own
   * @param description Google's message
   */
  constructor(
    readonly error: string,
    readonly description: string,
    readonly status: 400 | 401 = 400,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(description);
  }
}

/** The headers of every response with a token. */
export const NOT_STORED: Readonly<Record<string, string>> = {
  "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
  Pragma: "no-cache",
};

/** Wraps a handler: its refusals become OAuth errors (RFC 6749 §5.2). */
export function oauthAnswer(
  answer: (
    request: EmulatorRequest,
  ) => EmulatorAnswer | Promise<EmulatorAnswer>,
): (request: EmulatorRequest) => Promise<EmulatorAnswer> {
  return async (request) => {
    try {
      return await answer(request);
    } catch (cause) {
      if (!(cause instanceof OAuthRefusal)) {
        throw cause;
      }
      const { error, description, status, headers } = cause;
      return jsonAnswer(
        { error, error_description: description },
        { status, headers: { ...NOT_STORED, ...headers } },
      );
    }
  };
}

/** The fields of a form, each at most once. */
export class Form {
  private constructor(private readonly fields: URLSearchParams) {}

  /**
   * The form in the body of a request; empty for other content types.
   *
   * @throws OAuthRefusal if a field is repeated, RFC 6749 §3.2
   */
  static of({ headers, body }: EmulatorRequest): Form {
    const [type = ""] = (headers["content-type"] ?? "").split(";");
    const isForm =
      type.trim().toLowerCase() === "application/x-www-form-urlencoded";
    return Form.from(new URLSearchParams(isForm ? body : ""));
  }

  /** @throws OAuthRefusal if a field is repeated */
  static from(fields: URLSearchParams): Form {
    for (const name of new Set(fields.keys())) {
      if (fields.getAll(name).length > 1) {
        throw new OAuthRefusal(
          "invalid_request",
          `OAuth 2 parameters can only have a single value: ${name}`,
        );
      }
    }
    return new Form(fields);
  }

  /**
   * The value of a field; undefined if it is absent or empty (RFC 6749 §3.2).
   */
  get(name: string): string | undefined {
    return this.fields.get(name) || undefined;
  }

  /** Whether the field was sent, even empty. */
  has(name: string): boolean {
    return this.fields.has(name);
  }

  /** @throws OAuthRefusal if the field is absent or empty */
  need(name: string): string {
    const value = this.get(name);
    if (value === undefined) {
      throw new OAuthRefusal(
        "invalid_request",
        `Missing required parameter: ${name}`,
      );
    }
    return value;
  }
}
