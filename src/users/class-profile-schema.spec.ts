import { Expose, Transform, Type } from "class-transformer";
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  ValidateIf,
  ValidateNested,
} from "class-validator";
import { ClassProfileSchema } from "./class-profile-schema";

class Address {
  @IsString({ message: "must be a string" })
  city!: string;

  @IsOptional()
  @Transform(({ value }: { value: string }) => value.trim())
  @IsString({ message: "must be a string" })
  zip?: string;
}

class Contact {}

class PhoneContact extends Contact {
  @IsString({ message: "must be a string" })
  number!: string;
}

class CompanyProfile {
  @Transform(({ value }: { value: unknown }) =>
    typeof value === "string" ? value.trim() : value,
  )
  @Length(1, 10, { message: "must have 1 to 10 characters" })
  company!: string;

  /** A careless transformation, as is common. */
  @IsOptional()
  @Transform(({ value }: { value: string }) => value.toUpperCase())
  @IsString({ message: "must be a string" })
  country?: string;

  @IsOptional()
  @IsInt({ message: "must be an integer" })
  employees?: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => Address)
  address?: Address;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Address)
  branches?: Address[];

  @IsOptional()
  @ValidateNested()
  @Type(() => Contact, {
    discriminator: {
      property: "by",
      subTypes: [{ name: "phone", value: PhoneContact }],
    },
  })
  contact?: Contact;

  @IsIn(["person", "firm"], { message: "must be person or firm" })
  kind = "firm";

  @ValidateIf(({ kind }: CompanyProfile) => kind === "person")
  @IsString({ message: "must be given by a person" })
  birthday?: string;

  greeting() {
    return `Hello ${this.company}`;
  }
}

class WithoutRules {
  @Expose()
  name?: string;
}

const schema = ClassProfileSchema.of(CompanyProfile);

describe("ClassProfileSchema", () => {
  it("refuses a class without decorators", () => {
    expect(() => ClassProfileSchema.of(WithoutRules)).toThrow(TypeError);
  });

  it("parses valid fields, with transformations and defaults, and reports missing ones", async () => {
    const profile = { company: " Acme " };
    expect(await schema.parse(profile)).toEqual({
      profile: { company: "Acme", kind: "firm" },
      errors: [],
    });
    expect(await schema.missing({})).toEqual([
      { field: "company", message: "must have 1 to 10 characters" },
    ]);
    expect(await schema.missing(profile)).toEqual([]);
  });

  it.each([
    ["a wrong type", { employees: "3" }, "employees", "must be an integer"],
    ["an unknown field", { other: 1 }, "other", /not a field/],
    ["a nested one", { address: { city: 1 } }, "address.city", /string/],
    ["one that is missing within", { address: {} }, "address.city", /string/],
    [
      "one in a list",
      { branches: [{ city: "B" }, {}] },
      "branches.1.city",
      /./,
    ],
    [
      "an unknown nested",
      { address: { city: "B", x: 1 } },
      "address.x",
      /not a/,
    ],
    ["a rule on two fields", { kind: "person", birthday: 1 }, "birthday", /./],
    ["an unknown kind", { contact: { by: "fax" } }, "contact", /./],
    ["what a transformation fails on", { country: 1 }, "country", /be read/],
    ["the name of a method", { greeting: "x" }, "greeting", /not a field/],
  ])("reports %s with its field", async (_what, profile, field, message) => {
    const { errors } = await schema.parse(profile);
    expect(errors).toEqual([
      { field, message: expect.stringMatching(message) as string },
    ]);
  });

  it("does not change a parsed profile when parsing it again", async () => {
    const profile = {
      company: "Acme",
      kind: "person",
      birthday: "1815-12-10",
      address: { city: "London", zip: "W1" },
      branches: [{ city: "Paris" }],
      contact: { by: "phone", number: "1" },
    };
    const once = await schema.parse(profile);
    expect(once).toEqual({ profile, errors: [] });
    expect(await schema.parse(once.profile)).toEqual(once);
  });

  it("does not report unknown fields as missing, but fields required by a rule on two fields", async () => {
    const stored = { company: "Acme", fax: "0" };
    expect(await schema.missing(stored)).toEqual([]);
    expect(await schema.missing({ ...stored, kind: "person" })).toEqual([
      { field: "birthday", message: "must be given by a person" },
    ]);
  });

  it("parses the other fields if one cannot be read", async () => {
    const stored = { country: 1, contact: { by: "fax" }, employees: 3 };
    const { profile } = await schema.parse({ ...stored, company: " Acme " });
    expect(profile).toEqual({ company: "Acme", employees: 3, kind: "firm" });
    const missing = await schema.missing(stored);
    expect(missing.map(({ field }) => field)).toEqual([
      ...["company", "contact", "country"],
    ]);
  });

  it("rethrows the error of a class that cannot be instantiated", async () => {
    class Broken {
      @IsString()
      name!: string;

      constructor() {
        throw new Error("a bug of the app");
      }
    }
    const broken = ClassProfileSchema.of(Broken);
    await expect(broken.missing({})).rejects.toThrow("a bug of the app");
    await expect(broken.parse({ a: 1 })).rejects.toThrow("a bug of the app");
  });

  it("does not modify its input", async () => {
    const contact = { by: "phone", number: "1" };
    const profile = { company: " Acme ", address: { city: "London" }, contact };
    const before = structuredClone(profile);
    await schema.parse(profile);
    await schema.missing(profile);
    expect(profile).toEqual(before);
  });
});
