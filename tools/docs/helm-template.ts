import { stringify } from "yaml";

/**
 * The part of Helm's template language that our chart uses: there is no
 * implementation on npm, and Helm itself is a Go program. Anything else is
 * refused, so that a chart that renders here means the same in Helm.
 *
 * @see https://helm.sh/docs/chart_template_guide/
 */
export class HelmTemplates {
  private readonly definitions = new Map<string, readonly Node[]>();

  /** @param root `Values`, `Release` and `Chart` */
  constructor(private readonly root: Readonly<Record<string, unknown>>) {}

  /** Renders a file, and keeps what it defines for the files after it. */
  render(text: string): string {
    const tokens = tokensOf(text);
    const nodes = parse(tokens);
    if (tokens.length > 0) throw new Error("There is an end too many");
    for (const node of nodes) {
      if (node.kind === "define") this.definitions.set(node.name, node.body);
    }
    return this.write(nodes, { dot: this.root, variables: {} });
  }

  private write(nodes: readonly Node[], scope: Scope): string {
    return nodes.map((node) => this.writeOne(node, scope)).join("");
  }

  private writeOne(node: Node, scope: Scope): string {
    switch (node.kind) {
      case "text":
        return node.text;
      case "define":
        return "";
      case "value":
        return textOf(this.evaluate(node.pipeline, scope));
      case "if": {
        const isTrue = isTruthy(this.evaluate(node.pipeline, scope));
        return this.write(isTrue ? node.body : node.otherwise, scope);
      }
      case "range":
        return this.writeRange(node, scope);
    }
  }

  private writeRange(
    { names, pipeline, body }: Extract<Node, { kind: "range" }>,
    scope: Scope,
  ): string {
    const over = this.evaluate(pipeline, scope);
    const entries: [unknown, unknown][] = Array.isArray(over)
      ? [...over.entries()]
      : // Go visits the keys of a map in order.
        Object.entries(Object(over) as object).sort(([a], [b]) =>
          a < b ? -1 : 1,
        );
    return entries
      .map(([key, value]) => {
        const [first, second] = names;
        const variables = {
          ...scope.variables,
          ...(first && second ? { [first]: key, [second]: value } : {}),
        };
        return this.write(body, { dot: value, variables });
      })
      .join("");
  }

  private evaluate(pipeline: string, scope: Scope): unknown {
    const [first = "", ...rest] = pipeline
      .split("|")
      .map((part) => part.trim());
    let value = this.call(wordsOf(first), [], scope);
    for (const part of rest) value = this.call(wordsOf(part), [value], scope);
    return value;
  }

  /** @param piped the value before the `|`, if any: the last argument */
  private call(words: string[], piped: unknown[], scope: Scope): unknown {
    const [head = "", ...others] = words;
    const run = this.functions[head];
    if (!run) {
      if (words.length === 1 && piped.length === 0) return operand(head, scope);
      throw new Error(`There is no function ${head} here`);
    }
    return run(...others.map((word) => operand(word, scope)), ...piped);
  }

  private readonly functions: Readonly<
    Record<string, (...values: unknown[]) => unknown>
  > = {
    default: (fallback, value) => (isTruthy(value) ? value : fallback),
    include: (name, dot) => {
      const body = this.definitions.get(textOf(name));
      if (!body) throw new Error(`There is no template ${textOf(name)}`);
      return this.write(body, { dot, variables: {} });
    },
    nindent: (count, text) =>
      `\n${textOf(text)}`.replaceAll("\n", `\n${" ".repeat(Number(count))}`),
    not: (value) => !isTruthy(value),
    quote: (value) => JSON.stringify(textOf(value)),
    toYaml: (value) => stringify(value, { sortMapEntries: true }).trimEnd(),
  };
}

interface Scope {
  readonly dot: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly pipeline: string }
  | { readonly kind: "define"; readonly name: string; readonly body: Node[] }
  | {
      readonly kind: "if";
      readonly pipeline: string;
      readonly body: Node[];
      readonly otherwise: Node[];
    }
  | {
      readonly kind: "range";
      readonly names: readonly string[];
      readonly pipeline: string;
      readonly body: Node[];
    };

/** Texts and actions, alternating; `{{-` and `-}}` have taken their white space. */
function tokensOf(text: string): string[] {
  return text
    .replace(/\s*\{\{-\s/g, "{{ ")
    .replace(/\s-\}\}\s*/g, " }}")
    .split(/\{\{\s*(.*?)\s*\}\}/s);
}

/** Reads up to `end` or `else`, which it leaves. */
function parse(tokens: string[]): Node[] {
  const nodes: Node[] = [];
  while (tokens.length > 0) {
    nodes.push({ kind: "text", text: tokens.shift() ?? "" });
    const action = tokens[0];
    if (action === undefined || action === "end" || action === "else") break;
    tokens.shift();
    nodes.push(nodeOf(action, tokens));
  }
  return nodes;
}

function nodeOf(action: string, tokens: string[]): Node {
  const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(action) ?? [];
  if (word === "define") {
    const name = JSON.parse(rest) as string;
    return { kind: "define", name, body: bodyOf(tokens) };
  }
  if (word === "if") {
    const body = parse(tokens);
    const hasElse = tokens[0] === "else";
    if (hasElse) tokens.shift();
    const otherwise = hasElse ? parse(tokens) : [];
    takeEnd(tokens);
    return { kind: "if", pipeline: rest, body, otherwise };
  }
  if (word === "range") {
    const [, names = "", pipeline = ""] =
      /^(?:(\$\w+, \$\w+) := )?(.*)$/.exec(rest) ?? [];
    const body = bodyOf(tokens);
    return { kind: "range", names: names.split(", "), pipeline, body };
  }
  return { kind: "value", pipeline: action };
}

function bodyOf(tokens: string[]): Node[] {
  const body = parse(tokens);
  takeEnd(tokens);
  return body;
}

function takeEnd(tokens: string[]): void {
  if (tokens.shift() !== "end") throw new Error("An end is missing");
}

function wordsOf(part: string): string[] {
  return part.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
}

function operand(word: string, { dot, variables }: Scope): unknown {
  if (word === ".") return dot;
  if (word.startsWith('"')) return JSON.parse(word);
  if (/^\d+$/.test(word)) return Number(word);
  if (word in variables) return variables[word];
  if (!/^(?:\.\w+)+$/.test(word)) throw new Error(`What is ${word}?`);
  let value = dot;
  for (const name of word.slice(1).split(".")) {
    const members = Object(value) as Record<string, unknown>;
    if (!(name in members)) throw new Error(`There is no ${word}`);
    value = members[name];
  }
  return value;
}

/** As Go has it: empty texts, lists and maps are false. */
function isTruthy(value: unknown): boolean {
  if (typeof value === "object" && value !== null) {
    return Object.keys(value).length > 0;
  }
  return Boolean(value);
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  throw new Error("Only texts, numbers and switches can be written");
}
