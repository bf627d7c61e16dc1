import { Transform, Type } from "class-transformer";
import {
  IsInt,
  IsOptional,
  IsString,
  Length,
  ValidateNested,
} from "class-validator";
import { ClassProfileSchema, ProfileSchema } from "../../src/index";

class Address {
  @IsString({ message: "must be a string" })
  city!: string;
}

/** An application's profile class: `company` is required. */
export class CompanyProfile {
  @Transform(({ value }: { value: unknown }) =>
    typeof value === "string" ? value.trim() : value,
  )
  @Length(1, 50, { message: "must have 1 to 50 characters" })
  company!: string;

  @IsOptional()
  @IsInt({ message: "must be an integer" })
  employees?: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => Address)
  address?: Address;
}

/** Options for `TestService.start`. */
export const companyProfile = {
  provide: ProfileSchema,
  useValue: ClassProfileSchema.of(CompanyProfile),
};
