import { plainToInstance } from "class-transformer";
import { validateSync } from "class-validator";
import { Environment } from "./environment";
import { describedVariables } from "./variable.decorator";

/** Thrown at start; its message lists every problem by name and rule, never by value. */
export class InvalidEnvironmentError extends Error {
  override readonly name = "InvalidEnvironmentError";

  constructor(readonly problems: readonly string[]) {
    super(
      [
        `The configuration has ${problems.length} problem${problems.length === 1 ? "" : "s"}:`,
        ...problems.map((problem) => `  - ${problem}`),
        "See docs/configuration.md for every variable.",
      ].join("\n"),
    );
  }
}

/**
 * Checks the whole environment at once.
 *
 * @param source as process.env; an empty string counts as absent
 * @param names the variables that matter; all of them unless given
 * @throws InvalidEnvironmentError naming every variable that breaks its rule
 */
export function readEnvironment(
  source: Readonly<Record<string, string | undefined>>,
  names: readonly string[] = [...describedVariables().keys()],
): Readonly<Environment> {
  const values: Record<string, unknown> = {};
  for (const [name, description] of describedVariables()) {
    const value = source[name]?.trim() || description.default;
    if (value !== undefined) values[name] = value;
  }
  const environment = plainToInstance(Environment, values);
  const broken = validateSync(environment, {
    validationError: { target: false, value: false },
  }).map(({ property }) => property);
  const problems = [...describedVariables().keys()]
    .filter((name) => broken.includes(name) && names.includes(name))
    .map((name) => describeProblem(name, source));
  if (problems.length > 0) throw new InvalidEnvironmentError(problems);
  return Object.freeze(environment);
}

function describeProblem(
  name: string,
  source: Readonly<Record<string, string | undefined>>,
): string {
  const { rule = "valid", faults } = describedVariables().get(name) ?? {};
  const problem = `${name} must be ${rule}`;
  const value = source[name]?.trim();
  if (value) return [problem, ...(faults?.(value) ?? [])].join("; ");
  // The singular is what half of the world's .env files call it.
  const hint =
    name === "GOOGLE_CLIENT_IDS" && source.GOOGLE_CLIENT_ID
      ? "; GOOGLE_CLIENT_ID is set, did you mean GOOGLE_CLIENT_IDS?"
      : "";
  return `${problem} (it is not set${hint})`;
}
