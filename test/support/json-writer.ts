/**
 * Writes JSON in one of its many notations: other whitespace, order of members,
 * escapes and notations of numbers. The meaning is that of `JSON.stringify`.
 */
export class JsonWriter {
  private turn = 0;

  /** @param whims the choice at each step; repeats from the start */
  constructor(private readonly whims: readonly number[]) {}

  /** @param value any JSON value, without undefined */
  write(value: unknown): string {
    const text =
      typeof value === "string"
        ? this.string(value)
        : typeof value === "number"
          ? this.number(value)
          : Array.isArray(value)
            ? this.list(
                "[",
                value.map((entry) => this.write(entry)),
                "]",
              )
            : typeof value === "object" && value !== null
              ? this.object(value)
              : JSON.stringify(value);
    return `${this.blanks()}${text}${this.blanks()}`;
  }

  private object(value: object): string {
    const left = Object.entries(value);
    const members: string[] = [];
    while (left.length > 0) {
      for (const [name, member] of left.splice(this.whim(left.length), 1)) {
        const colon = `${this.string(name)}${this.blanks()}:`;
        members.push(`${this.blanks()}${colon}${this.write(member)}`);
      }
    }
    return this.list("{", members, "}");
  }

  private list(open: string, items: readonly string[], close: string): string {
    return `${open}${items.length === 0 ? this.blanks() : items.join(",")}${close}`;
  }

  private string(value: string): string {
    const plain = JSON.stringify(value);
    switch (this.whim(5)) {
      case 1:
        return `"${value.replace(/[^]/g, (unit) => this.escaped(unit))}"`;
      case 2:
        return plain.replace(/[aesu]/, (unit) =>
          plain.includes("\\") ? unit : this.escaped(unit),
        );
      case 3:
        return plain.replaceAll("/", "\\/");
      default:
        return plain;
    }
  }

  private escaped(unit: string): string {
    const code = unit.charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${this.whim(2) === 0 ? code : code.toUpperCase()}`;
  }

  private number(value: number): string {
    const plain = JSON.stringify(value);
    if (!/^-?[1-9][0-9]{0,11}$/.test(plain)) return plain;
    switch (this.whim(8)) {
      case 1:
        return `${plain}.000`;
      case 2:
        return `${plain}e0`;
      case 3:
        return `${plain}E+00`;
      case 4:
        return `${value * 1000}e-3`;
      default:
        return plain;
    }
  }

  private blanks(): string {
    return ["", "", "", " ", "\n", "\t", "\r\n  ", "    "][this.whim(8)] ?? "";
  }

  /** The choice of the next step, from 0 to less than `choices`. */
  private whim(choices: number): number {
    const whim = this.whims[this.turn % this.whims.length] ?? 0;
    this.turn++;
    return whim % choices;
  }
}
