import { plainToInstance } from "class-transformer";
import { validateSync } from "class-validator";
import { tlsProblem } from "./database-tls";
import { Environment } from "./environment";
import { inProduction } from "./environment-rules";
import { type Misspelling, misspelledVariables } from "./misspelled-variables";
import { describedVariables } from "./variable.decorator";

/** Thrown at start; the message lists every problem by name and rule, never by value. */
export class InvalidConfigurationError extends Error {
  override readonly name: string = "InvalidConfigurationError";

  constructor(
    readonly problems: readonly string[],
    where = "See docs/configuration.md for every variable.",
  ) {
    super(
      [
        `The configuration has ${problems.length} problem${problems.length === 1 ? "" : "s"}:`,
        ...problems.map((problem) => `  - ${problem}`),
        where,
      ].join("\n"),
    );
  }
}

/** Thrown at start for the environment. */
export class InvalidEnvironmentError extends InvalidConfigurationError {
  override readonly name = "InvalidEnvironmentError";
}

/**
 * Checks the whole environment at once.
 *
 * @param source as process.env; an empty string counts as absent
 * @param names the variables to check; all of them unless given
 * @throws InvalidEnvironmentError naming every invalid variable
 */
export function readEnvironment(
  source: Readonly<Record<string, string | undefined>>,
  names: readonly string[] = [...describedVariables().keys()],
): Readonly<Environment> {
  // In a file of variables, an empty value is how one leaves a variable out.
  const { environment, broken } = checkedValues(
    (name) => source[name]?.trim() || undefined,
  );
  const problems = broken
    .filter((name) => names.includes(name))
    .map((name) => describeProblem(name, source, environment));
  problems.push(...furtherProblems(source, environment, broken, names));
  if (problems.length > 0) throw new InvalidEnvironmentError(problems);
  return environment;
}

/**
 * Checks values by the rules of all variables, wherever they come from.
 *
 * @param valueOf undefined where the default applies
 */
export function checkedValues(valueOf: (name: string) => unknown): {
  readonly environment: Readonly<Environment>;
  /** The invalid variables, in the order of declaration. */
  readonly broken: readonly string[];
} {
  const values: Record<string, unknown> = {};
  for (const [name, description] of describedVariables()) {
    const value = valueOf(name) ?? description.default;
    if (value !== undefined) values[name] = value;
  }
  const environment = plainToInstance(Environment, values);
  const failed = new Set(
    validateSync(environment, {
      validationError: { target: false, value: false },
    }).map(({ property }) => property),
  );
  return {
    environment: Object.freeze(environment),
    broken: [...describedVariables().keys()].filter((name) => failed.has(name)),
  };
}

type Source = Readonly<Record<string, string | undefined>>;

function describeProblem(
  name: string,
  source: Source,
  environment: Environment,
): string {
  const { rule = "valid", faults } = describedVariables().get(name) ?? {};
  const problem = `${name} must be ${rule}`;
  const value = source[name]?.trim();
  if (value) {
    return [problem, ...(faults?.(value, environment) ?? [])].join("; ");
  }
  const slip = misspelled(source).find(({ meant }) => meant === name);
  const hint = slip
    ? `; ${slip.written} is set, did you mean ${slip.meant}?`
    : "";
  return `${problem} (it is not set${hint})`;
}

function misspelled(source: Source): Misspelling[] {
  return misspelledVariables(source, [...describedVariables().keys()]);
}

/** What is wrong although every variable by itself is valid. */
function* furtherProblems(
  source: Source,
  environment: Environment,
  broken: readonly string[],
  names: readonly string[],
): Generator<string> {
  if (names.includes("DATABASE_SSL") && !broken.includes("DATABASE_SSL")) {
    const isSet = Boolean(source.DATABASE_SSL?.trim());
    const problem = tlsProblem(
      String(environment.DATABASE_URL),
      isSet ? environment.DATABASE_SSL : undefined,
      inProduction(environment),
    );
    if (problem !== undefined) yield problem;
  }
  for (const { written, meant } of misspelled(source)) {
    if (names.includes(meant) && !broken.includes(meant)) {
      yield `${written} is not a variable of this service; did you mean ${meant}?`;
    }
  }
}
