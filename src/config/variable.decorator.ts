import "reflect-metadata";
import { Transform } from "class-transformer";
import { ValidateBy, ValidateIf } from "class-validator";

/** How one environment variable is described in the docs and in errors. */
export interface VariableDescription {
  /** The corresponding option of GoogleAuthModule, such as `google.clientIds`. */
  readonly option?: string;
  /** What it is for. */
  readonly purpose: string;
  /** Completes "NAME must be …"; also the rule in the docs. Never a value. */
  readonly rule: string;
  /** The value when the variable is absent or empty. */
  readonly default?: string | number | boolean;
  /** The default in words, if it is not a constant. */
  readonly defaultText?: string;
  /** More details about an invalid value, without the value itself. */
  readonly faults?: (value: string, environment: object) => readonly string[];
}

const descriptions = new Map<string, VariableDescription>();

/** Every described variable in the order of declaration. */
export function describedVariables(): ReadonlyMap<string, VariableDescription> {
  return descriptions;
}

/** Declares a property as an environment variable of the same name. */
export function Variable(description: VariableDescription): PropertyDecorator {
  return (_target, property) => {
    descriptions.set(String(property), description);
  };
}

/** The variable may be absent; its other rules then do not apply. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_environment, value) => value !== undefined);
}

/** A custom rule; it can use the other variables. */
export function Satisfies<T>(
  name: string,
  test: (value: unknown, environment: T) => boolean,
): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value, args) => test(value, args?.object as T),
    },
  });
}

/** Reads a decimal integer; leaves anything else to the rules. */
export function AsInteger(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === "string" && /^-?\d{1,15}$/.test(value)
      ? Number(value)
      : value,
  );
}

const spellings: Readonly<Record<string, boolean>> = {
  true: true,
  on: true,
  "1": true,
  false: false,
  off: false,
  "0": false,
};

/** Reads `true`/`on`/`1` and `false`/`off`/`0`. */
export function AsBoolean(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === "string"
      ? (spellings[value.toLowerCase()] ?? value)
      : value,
  );
}

/** Reads `count/seconds`, or `off`; leaves anything else to the rules. */
export function AsRateLimit(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => {
    if (typeof value !== "string") return value;
    const [, count, seconds] = /^(\d{1,7})\/(\d{1,5})$/.exec(value) ?? [];
    if (count !== undefined) {
      return Object.freeze({ count: Number(count), seconds: Number(seconds) });
    }
    return value.toLowerCase() === "off" ? "off" : value;
  });
}

/** Reads a comma-separated list; spaces around entries and empty entries are dropped. */
export function AsList(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === "string" ? entriesOf(value) : value,
  );
}

/**
 * For {@link VariableDescription.faults} of a list: the positions of invalid
 * entries.
 */
export function entriesThatAreNot(
  test: (entry: string, environment: object) => boolean,
): NonNullable<VariableDescription["faults"]> {
  return (value, environment) => {
    const entries = entriesOf(value);
    return entries.flatMap((entry, index) =>
      test(entry, environment)
        ? []
        : [`entry ${index + 1} of ${entries.length} is not`],
    );
  };
}

function entriesOf(list: string): string[] {
  return list
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
