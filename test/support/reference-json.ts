/** A JSON value; objects are maps, so no member name is special. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | ReadonlyMap<string, Json>;

/**
 * Parses a JSON text character by character (RFC 8259). It is slow, but uses
 * neither `JSON.parse` nor regular expressions, so it cannot share a bug with a
 * parser that does.
 *
 * @returns the value, or undefined if the text is not JSON or an object at any
 * depth has a duplicate member
 */
export function readJson(text: string): Json | undefined {
  const reader = new JsonReader(text);
  try {
    const value = reader.value();
    reader.end();
    return value;
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

class NotJson extends Error {}

class JsonReader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  value(): Json {
    this.blanks();
    const first = this.peek();
    const value =
      first === "{"
        ? this.object()
        : first === "["
          ? this.array()
          : first === '"'
            ? this.string()
            : first === "t"
              ? this.word("true", true)
              : first === "f"
                ? this.word("false", false)
                : first === "n"
                  ? this.word("null", null)
                  : this.number();
    this.blanks();
    return value;
  }

  /** Fails if anything follows. */
  end(): void {
    if (this.at !== this.text.length) throw new NotJson();
  }

  private object(): ReadonlyMap<string, Json> {
    const members = new Map<string, Json>();
    this.open("{");
    if (this.close("}")) return members;
    do {
      this.blanks();
      const name = this.string();
      this.blanks();
      this.take(":");
      const value = this.value();
      if (members.has(name)) throw new NotJson();
      members.set(name, value);
    } while (this.skip(","));
    if (!this.close("}")) throw new NotJson();
    return members;
  }

  private array(): readonly Json[] {
    const entries: Json[] = [];
    this.open("[");
    if (this.close("]")) return entries;
    do {
      entries.push(this.value());
    } while (this.skip(","));
    if (!this.close("]")) throw new NotJson();
    return entries;
  }

  private open(bracket: string): void {
    this.take(bracket);
    this.depth++;
    // Fails early if there are too few characters left to close all levels,
    // which avoids a stack overflow.
    if (this.depth > this.text.length - this.at) throw new NotJson();
    this.blanks();
  }

  private close(bracket: string): boolean {
    const closed = this.skip(bracket);
    if (closed) this.depth--;
    return closed;
  }

  private string(): string {
    let value = "";
    this.take('"');
    while (!this.skip('"')) {
      const character = this.next();
      if (character < " ") throw new NotJson();
      value += character === "\\" ? this.escaped() : character;
    }
    return value;
  }

  private escaped(): string {
    const character = this.next();
    switch (character) {
      case '"':
      case "\\":
      case "/":
        return character;
      case "b":
        return "\b";
      case "f":
        return "\f";
      case "n":
        return "\n";
      case "r":
        return "\r";
      case "t":
        return "\t";
      case "u": {
        let code = 0;
        for (let i = 0; i < 4; i++) {
          const digit = "0123456789abcdef".indexOf(this.next().toLowerCase());
          if (digit < 0) throw new NotJson();
          code = code * 16 + digit;
        }
        return String.fromCharCode(code);
      }
      default:
        throw new NotJson();
    }
  }

  /** Numbers are doubles, as in most JSON parsers (RFC 8259 §6). */
  private number(): number {
    const start = this.at;
    this.skip("-");
    if (!this.skip("0")) this.digits();
    if (this.skip(".")) this.digits();
    if (this.skip("e") || this.skip("E")) {
      if (!this.skip("+")) this.skip("-");
      this.digits();
    }
    return Number(this.text.slice(start, this.at));
  }

  private digits(): void {
    const start = this.at;
    while (this.peek() >= "0" && this.peek() <= "9") this.at++;
    if (this.at === start) throw new NotJson();
  }

  private word<T>(letters: string, value: T): T {
    for (const letter of letters) this.take(letter);
    return value;
  }

  private blanks(): void {
    while (
      this.skip(" ") ||
      this.skip("\t") ||
      this.skip("\n") ||
      this.skip("\r")
    );
  }

  /** The current character; "" at the end. */
  private peek(): string {
    return this.text.charAt(this.at);
  }

  private next(): string {
    if (this.at >= this.text.length) throw new NotJson();
    return this.text.charAt(this.at++);
  }

  private skip(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at++;
    return true;
  }

  private take(character: string): void {
    if (!this.skip(character)) throw new NotJson();
  }
}
