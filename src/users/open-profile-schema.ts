import { Injectable } from "@nestjs/common";
import type { FieldError } from "../common/auth-error";
import {
  type ParsedProfile,
  type Profile,
  ProfileSchema,
} from "./profile-schema.port";

/** Accepts any field and requires none: every profile is complete. */
@Injectable()
export class OpenProfileSchema extends ProfileSchema {
  override parse(profile: Profile): ParsedProfile {
    return { profile, errors: [] };
  }

  override missing(): readonly FieldError[] {
    return [];
  }
}
