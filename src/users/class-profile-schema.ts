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
 * A profile described by a class with class-validator's decorators. A field
 * with `@IsOptional()` may be missing, any other is required. What a
 * `@Transform` or `@Type` of class-transformer makes of a field is stored.
 *
 *     { provide: ProfileSchema, useValue: ClassProfileSchema.of(CompanyProfile) }
 */
export class ClassProfileSchema extends ProfileSchema {
  private constructor(private readonly type: Type<object>) {
    super();
  }

  /**
   * @param type a class with decorators and without constructor parameters
   * @throws TypeError when it has no decorators: nothing would be checked
   */
  static of(type: Type<object>): ClassProfileSchema {
    const rules = getMetadataStorage().getTargetValidationMetadatas(
      type,
      "",
      false,
      false,
    );
    if (rules.length === 0) {
      throw new TypeError(`${type.name} has no decorators of class-validator`);
    }
    return new ClassProfileSchema(type);
  }

  override async parse(profile: Profile): Promise<ParsedProfile> {
    const { result, unreadable } = readWith(profile, (fields) => ({
      instance: this.instanceOf(fields),
      // Of another instance, for it is given its discriminators back.
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
    // A copy, for discriminators are taken out of what is read.
    const instance = plainToInstance(this.type, copyOf(profile));
    dropUndefined(instance);
    return instance;
  }
}

/** A class declares its fields, and a field that is there is transformed, undefined or not. */
function dropUndefined(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) Reflect.deleteProperty(value, name);
    else dropUndefined(member);
  }
}

/**
 * Reads what can be read, so that nothing that a client may send is an error of
 * ours, whatever the class's transformations do with it.
 *
 * @param read throws where it cannot be read
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

/** Fields that class-transformer drops silently, for the class has a method of the name. */
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
