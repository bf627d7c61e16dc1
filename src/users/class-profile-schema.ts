import type { Type } from "@nestjs/common";
import { instanceToPlain, plainToInstance } from "class-transformer";
import {
  getMetadataStorage,
  validate,
  type ValidationError,
} from "class-validator";
import type { FieldError } from "../common/auth-error";
import {
  type ParsedProfile,
  type Profile,
  ProfileSchema,
} from "./profile-schema.port";

/**
 * A profile described by a class with class-validator's decorators. Fields with
 * `@IsOptional()` may be missing, all others are required. The results of
 * class-transformer's `@Transform` and `@Type` are stored.
 *
 *     { provide: ProfileSchema, useValue: ClassProfileSchema.of(CompanyProfile) }
 */
export class ClassProfileSchema extends ProfileSchema {
  private constructor(private readonly type: Type<object>) {
    super();
  }

  /**
   * @param type a class with decorators and without constructor parameters
   * @throws TypeError if it has no decorators, because nothing would be
   *   validated
   */
  static of(type: Type<object>): ClassProfileSchema {
    const rules = getMetadataStorage().getTargetValidationMetadatas(
      type,
      "",
      false,
      false,
    );
    if (rules.length === 0) {
      throw new TypeError(`${type.name} has no class-validator decorators`);
    }
    return new ClassProfileSchema(type);
  }

  override async parse(profile: Profile): Promise<ParsedProfile> {
    const { result, unreadable } = readWith(profile, (fields) => ({
      instance: this.instanceOf(fields),
      // From another instance, because instanceToPlain adds the discriminators
      // to it.
      plain: copyOf(instanceToPlain(this.instanceOf(fields))),
    }));
    const { instance, plain } = result;
    const isRead = (property: string) =>
      Object.hasOwn(profile, property) &&
      !unreadable.some(({ field }) => field === property);
    const errors = await validate(instance, {
      whitelist: true,
      forbidNonWhitelisted: true,
      validationError: { target: false, value: false },
    });
    return {
      profile: plain,
      errors: [
        ...errors
          .filter(({ property = "" }) => property === "" || isRead(property))
          .flatMap((error) => fieldErrors(error)),
        ...unreadable,
        ...methodsNamedBy(profile, instance),
      ],
    };
  }

  override async missing(profile: Profile): Promise<readonly FieldError[]> {
    const { result, unreadable } = readWith(profile, (fields) =>
      this.instanceOf(fields),
    );
    const errors = await validate(result, {
      validationError: { target: false, value: false },
    });
    return [...errors.flatMap((error) => fieldErrors(error)), ...unreadable];
  }

  private instanceOf(profile: Profile): object {
    // A copy, because plainToInstance removes the discriminators.
    const instance = plainToInstance(this.type, copyOf(profile));
    dropUndefined(instance);
    return instance;
  }
}

/** Declared class fields exist even if undefined, and would be transformed. */
function dropUndefined(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) Reflect.deleteProperty(value, name);
    else dropUndefined(member);
  }
}

/**
 * Reads the fields that can be read, so that a transformation that throws on a
 * client's input does not result in an internal error.
 *
 * @param read throws if a field cannot be read
 */
function readWith<T>(
  profile: Profile,
  read: (profile: Profile) => T,
): { readonly result: T; readonly unreadable: readonly FieldError[] } {
  try {
    return { result: read(profile), unreadable: [] };
  } catch (cause) {
    const fields = Object.entries(profile);
    const readable = fields.filter((field) => isReadable(field, read));
    if (readable.length === fields.length) throw cause;
    const unreadable = fields
      .filter((field) => !readable.includes(field))
      .map(([field]) => ({ field, message: "cannot be read" }));
    return { result: read(Object.fromEntries(readable)), unreadable };
  }
}

function isReadable(
  [name, value]: [string, unknown],
  read: (profile: Profile) => unknown,
): boolean {
  try {
    read({ [name]: value });
    return true;
  } catch {
    return false;
  }
}

function copyOf(profile: Profile): Profile {
  return JSON.parse(JSON.stringify(profile)) as Profile;
}

/**
 * Fields that class-transformer silently drops because the class has a method
 * of that name.
 */
function methodsNamedBy(profile: Profile, instance: object): FieldError[] {
  return Object.keys(profile)
    .filter((name) => typeof Reflect.get(instance, name) === "function")
    .map((field) => ({ field, message: unknownField }));
}

const unknownField = "is not a field of the profile";

function fieldErrors(
  { property = "", constraints = {}, children = [] }: ValidationError,
  parent = "",
): FieldError[] {
  const field = [parent, property].filter((name) => name !== "").join(".");
  return [
    ...Object.entries(constraints).map(([rule, message]) => ({
      field,
      message: rule === "whitelistValidation" ? unknownField : message,
    })),
    ...children.flatMap((child) => fieldErrors(child, field)),
  ];
}
