import { OAuthError } from "./oauth-error";

/** May be sent several times: RFC 8693 §2.1. */
const repeatable = new Set(["audience", "resource"]);

/**
 * The parameters of an OAuth request: from the form alone, each sent once; one
 * without a value counts as not sent.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-3.2
 */
export class FormParameters {
  private readonly values = new Map<string, readonly string[]>();

  /**
   * @param body as the platform parsed it; untrusted
   * @throws OAuthError `invalid_request`
   */
  constructor(body: unknown) {
    const isForm =
      typeof body === "object" && body !== null && !Array.isArray(body);
    for (const [name, value] of Object.entries(isForm ? body : {})) {
      const list: unknown[] = Array.isArray(value) ? value : [value];
      if (list.length > 1 && !repeatable.has(name)) {
        throw new OAuthError(
          "invalid_request",
          "A parameter was sent more than once.",
          { reason: "duplicate_parameter" },
        );
      }
      const texts = list.filter(
        (entry) => typeof entry === "string" && entry !== "",
      ) as string[];
      if (texts.length > 0) this.values.set(name, texts);
    }
  }

  /** The value of a parameter that may be left out. */
  get(name: string): string | undefined {
    return this.values.get(name)?.[0];
  }

  /** All values of one that may be sent several times. */
  all(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** @throws OAuthError `invalid_request` when it was left out */
  need(name: string): string {
    const value = this.get(name);
    if (value !== undefined) return value;
    throw new OAuthError(
      "invalid_request",
      `The parameter ${name} is missing.`,
      { reason: "parameter_missing" },
    );
  }

  /** The names in a space-separated list; undefined when it was left out. */
  scopes(): readonly string[] | undefined {
    return this.get("scope")
      ?.split(" ")
      .filter((name) => name !== "");
  }
}
