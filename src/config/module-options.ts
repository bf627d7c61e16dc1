import type { Environment } from "./environment";
import { tlsProblem } from "./database-tls";
import { inProduction } from "./environment-rules";
import { checkedValues, InvalidConfigurationError } from "./read-environment";
import { describedVariables } from "./variable.decorator";

/** Thrown by `forRoot`; the message lists every problem by option and variable, never by value. */
export class InvalidOptionsError extends InvalidConfigurationError {
  override readonly name = "InvalidOptionsError";

  constructor(problems: readonly string[]) {
    super(problems, "See docs/configuration.md for every option.");
  }
}

type Tree = Readonly<Record<string, unknown>>;

/** Values that the options of the module and the variables spell differently. */
const spellings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  REFRESH_COOKIE: { auto: "browser", body: "off" },
};

/**
 * The options of the module, checked by the same rules as the environment.
 *
 * @param options untrusted, since callers may not type-check
 * @param others further problems, to be reported in the same list
 * @throws InvalidOptionsError
 */
export function checkedOptions(
  options: object,
  others: readonly string[] = [],
): Readonly<Environment> {
  const tree = normalized(options);
  const { environment, broken } = checkedValues((name) => {
    const value = valueAt(tree, optionOf(name));
    return spellings[name]?.[String(value)] ?? value;
  });
  // The application's own connection replaces the URL.
  const isConnected = valueAt(tree, "database.connection") !== undefined;
  const problems = [
    ...broken
      .filter((name) => !(isConnected && name === "DATABASE_URL"))
      .map((name) => describeProblem(name, tree)),
    // Only the service has a default: it knows where it listens.
    ...(valueAt(tree, "publicUrl") === undefined
      ? [describeProblem("PUBLIC_URL", tree)]
      : []),
    ...problemsOfConnection(tree),
    ...problemsOfTls(tree, environment),
    ...unknownOptions(tree).map((path) => `${path} is not an option`),
    ...others,
  ];
  if (problems.length > 0) throw new InvalidOptionsError(problems);
  return environment;
}

/** The module options with the same content as an environment. */
export function optionsFrom(environment: Readonly<Environment>): object {
  const options: Record<string, unknown> = {};
  for (const [name, { option }] of describedVariables()) {
    const value: unknown = environment[name as keyof Environment];
    if (option === undefined || value === undefined) continue;
    const spelling = Object.entries(spellings[name] ?? {}).find(
      ([, variable]) => variable === value,
    );
    setAt(options, option, spelling?.[0] ?? value);
  }
  return options;
}

/** Options that have no variable. */
const structuralOptions: ReadonlySet<string> = new Set(["database.connection"]);

function unknownOptions(tree: Tree): string[] {
  const known = new Set(structuralOptions);
  for (const { option } of describedVariables().values()) {
    if (option !== undefined) known.add(option);
  }
  const groups = new Set(
    [...known].flatMap((path) =>
      path.includes(".") ? path.split(".")[0] : [],
    ),
  );
  return Object.entries(tree).flatMap(([name, value]) => {
    if (known.has(name)) return [];
    if (!groups.has(name)) return [name];
    return Object.keys(isTree(value) ? value : {})
      .map((member) => `${name}.${member}`)
      .filter((path) => !known.has(path));
  });
}

function problemsOfConnection(tree: Tree): string[] {
  const connection = valueAt(tree, "database.connection");
  if (connection === undefined) return [];
  if (typeof connection !== "string" || connection === "") {
    return ["database.connection must be the name of a DataSource"];
  }
  return Object.keys(tree.database as Tree).length > 1
    ? ["database.connection must be alone: the DataSource has its own options"]
    : [];
}

function problemsOfTls(tree: Tree, environment: Environment): string[] {
  const [url, ssl] = ["database.url", "database.ssl"].map((path) =>
    valueAt(tree, path),
  );
  if (typeof url !== "string") return [];
  const isBoolean = typeof ssl === "boolean";
  const problem = tlsProblem(
    url,
    isBoolean ? ssl : undefined,
    inProduction(environment),
  );
  return problem === undefined ? [] : [`database.ssl: ${problem}`];
}

/** A secret key alone is the current one. */
function normalized(options: object): Tree {
  const { secretKey, ...others } = options as Record<string, unknown>;
  const environment: unknown = process.env.NODE_ENV;
  return {
    ...{ environment, ...others },
    ...(secretKey !== undefined && {
      secretKey: isTree(secretKey) ? secretKey : { current: secretKey },
    }),
  };
}

function describeProblem(name: string, tree: Tree): string {
  const { rule = "valid", option = name } =
    describedVariables().get(name) ?? {};
  const shown = option === "secretKey.current" ? "secretKey" : option;
  const isSet = valueAt(tree, option) !== undefined;
  return `${shown} (${name}) must be ${rule}${isSet ? "" : " (it is not set)"}`;
}

function optionOf(name: string): string | undefined {
  return describedVariables().get(name)?.option;
}

function valueAt(tree: Tree, path: string | undefined): unknown {
  return path
    ?.split(".")
    .reduce<unknown>(
      (value, name) =>
        isTree(value) && Object.hasOwn(value, name) ? value[name] : undefined,
      tree,
    );
}

function setAt(tree: Record<string, unknown>, path: string, value: unknown) {
  const [name = "", member] = path.split(".");
  if (member === undefined) tree[name] = value;
  else tree[name] = { ...(tree[name] as object), [member]: value };
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
