// Declares the variables.
import "../../src/config/environment";
import {
  InvalidEnvironmentError,
  readEnvironment,
} from "../../src/config/read-environment";
import {
  describedVariables,
  type VariableDescription,
} from "../../src/config/variable.decorator";

/** The documentation of an environment variable. */
export interface DocumentedVariable {
  readonly name: string;
  /** The equivalent option of GoogleAuthModule, if it has one. */
  readonly option: string | undefined;
  readonly purpose: string;
  readonly rule: string;
  /** The default as written in a file, if the variable has one. */
  readonly defaultValue: string | undefined;
  /** A description of the default, if it is not a constant. */
  readonly defaultText: string | undefined;
  /** When the service requires it. */
  readonly required: "always" | "in production" | "never";
}

/** All variables, in the order of declaration. */
export function documentedVariables(): readonly DocumentedVariable[] {
  const demanded = demandedInProduction();
  return [...describedVariables()].map(([name, description]) => ({
    name,
    option: description.option,
    purpose: description.purpose,
    rule: description.rule,
    defaultValue: defaultValueOf(description),
    defaultText: description.defaultText,
    required: requirementOf(description, demanded.has(name)),
  }));
}

/** Determined from the errors of an empty production environment. */
function demandedInProduction(): ReadonlySet<string> {
  try {
    readEnvironment({ NODE_ENV: "production" });
    return new Set();
  } catch (error) {
    if (!(error instanceof InvalidEnvironmentError)) throw error;
    return new Set(
      error.problems.map((problem) => problem.split(" ", 1)[0] ?? ""),
    );
  }
}

function requirementOf(
  { default: constant, defaultText }: VariableDescription,
  demanded: boolean,
): DocumentedVariable["required"] {
  if (!demanded) return "never";
  const filledInDevelopment =
    constant !== undefined || defaultText !== undefined;
  return filledInDevelopment ? "in production" : "always";
}

function defaultValueOf({
  default: constant,
  rule,
}: VariableDescription): string | undefined {
  // As in the rule: `off` if it says "on or off".
  if (typeof constant === "boolean" && /\bon or off\b/.test(rule)) {
    return constant ? "on" : "off";
  }
  return constant === undefined ? undefined : String(constant);
}
