import { IsOptional, Length } from "class-validator";

/** Until `jobTitle` is given, a user has not finished signing up. */
export class MemberProfile {
  @Length(1, 100)
  jobTitle!: string;

  @IsOptional()
  @Length(1, 40)
  phone?: string;
}
