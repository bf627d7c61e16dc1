import { Type } from "class-transformer";
import { IsInt, IsOptional, IsString, ValidateIf } from "class-validator";
import { AuthError } from "../common/auth-error";
import { ClassProfileSchema } from "./class-profile-schema";
import { OpenProfileSchema } from "./open-profile-schema";
import { Profiles } from "./profiles";

class CompanyProfile {
  @IsString({ message: "must be a string" })
  company!: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: "must be an integer" })
  employees?: number;

  @IsOptional()
  @IsString({ message: "must be a string" })
  country?: string;

  @ValidateIf(({ country }: CompanyProfile) => country === "US")
  @IsString({ message: "is needed in the US" })
  state?: string;
}

const open = new Profiles(new OpenProfileSchema());
const company = new Profiles(ClassProfileSchema.of(CompanyProfile));

/** The fields and messages that a change is refused with. */
async function refusal(change: Promise<unknown>): Promise<unknown> {
  const error: unknown = await change.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AuthError)) throw new Error("was not refused");
  expect(error.code).toBe("invalid_request");
  return error.errors?.map(({ field, message }) => `${field} ${message}`);
}

describe("the first profile", () => {
  it.each([[undefined], [null]])("is empty if %p is sent", async (sent) => {
    expect(await company.first(sent)).toEqual({});
  });

  it("may lack required fields, but all fields must be valid", async () => {
    expect(await company.first({ country: "US" })).toEqual({ country: "US" });
    expect(await refusal(company.first({ company: 1 }))).toEqual([
      "profile.company must be a string",
    ]);
  });

  it.each([[[]], ["{}"], [1], [false]])("refuses %p", async (sent) => {
    expect(await refusal(open.first(sent))).toEqual([
      "profile must be a JSON object",
    ]);
  });
});

describe("a change of a profile", () => {
  it("replaces the sent fields, removes them for null, and keeps the others", async () => {
    const current = { a: 1, b: { c: 1, d: 2 }, e: [1] };
    const sent = { a: null, b: { c: 3 }, f: "new", none: null };
    expect(await open.changed(current, sent)).toEqual({
      b: { c: 3 },
      e: [1],
      f: "new",
    });
  });

  it("keeps a nested null", async () => {
    expect(await open.changed({}, { a: { b: null } })).toEqual({
      a: { b: null },
    });
  });

  it("must not remove required fields of a complete profile", async () => {
    const current = { company: "Acme" };
    expect(await refusal(company.changed(current, { company: null }))).toEqual([
      "profile.company must be a string",
    ]);
    expect(await refusal(company.changed(current, { country: "US" }))).toEqual([
      "profile.state is needed in the US",
    ]);
    const both = { country: "US", state: "NY" };
    expect(await company.changed(current, both)).toEqual({
      ...current,
      ...both,
    });
  });

  it("may leave an incomplete profile incomplete, unless it must complete it", async () => {
    expect(await company.changed({}, { employees: 3 })).toEqual({
      employees: 3,
    });
    const finish = { finish: true };
    expect(
      await refusal(company.changed({}, { employees: 3 }, finish)),
    ).toEqual(["profile.company must be a string"]);
    expect(await company.changed({}, { company: "Acme" }, finish)).toEqual({
      company: "Acme",
    });
  });

  it("keeps fields that were stored with another schema, without validating them", async () => {
    const stored = { fax: "0", employees: "many" };
    expect(await company.changed(stored, { country: "FR" })).toEqual({
      ...stored,
      country: "FR",
    });
    expect(await refusal(company.changed(stored, { fax: "1" }))).toEqual([
      "profile.fax is not a field of the profile",
    ]);
  });

  it("is refused if the whole profile would be too large", async () => {
    const half = "x".repeat(5000);
    const current = await open.changed({}, { a: half });
    expect(await refusal(open.changed(current, { b: half }))).toEqual([
      "profile must not exceed 8192 bytes as JSON",
    ]);
    expect(await open.changed(current, { a: null, b: half })).toEqual({
      b: half,
    });
  });

  it("reports at most twenty errors, and does not repeat unusual field names", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`x${index}`, 1]),
    );
    expect(await refusal(company.first(many))).toHaveLength(20);
    expect(await refusal(company.first({ "<b>\n": 1 }))).toEqual([
      "profile is not a field of the profile",
    ]);
  });
});

describe("completeness", () => {
  it("is determined by the schema", async () => {
    expect(await open.isComplete({})).toBe(true);
    expect(await company.isComplete({})).toBe(false);
    expect(await company.isComplete({ company: "Acme" })).toBe(true);
    expect(await company.isComplete({ company: 1 })).toBe(false);
  });
});
