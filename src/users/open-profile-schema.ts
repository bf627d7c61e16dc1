import { Injectable } from "@nestjs/common";
import type { FieldError } from "../common/auth-error";
import {
  type ParsedProfile,
  type Profile,
  ProfileSchema,
} from "./profile-schema.port";

/** Any field, and none that is required: every profile is complete. */
@Injectable()
export class OpenProfileSchema extends ProfileSchema {
  override parse(profile: Profile): ParsedProfile {
    return { profile, errors: [] };
  }

  override missing(): readonly FieldError[] {
    return [];
  }
}
