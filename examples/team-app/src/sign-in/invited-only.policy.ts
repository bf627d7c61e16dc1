import { Inject, Injectable } from "@nestjs/common";
import {
  type Admission,
  ConfiguredSignInPolicy,
  Database,
  type VerifiedIdentity,
} from "nest-google-auth";
import { findPlace, ownerOf } from "./waiting-place";

/**
 * Known users may sign in, others only if they are expected. The configured
 * rules (hosted domains, verified e-mail) still apply.
 */
@Injectable()
export class InvitedOnly extends ConfiguredSignInPolicy {
  @Inject(Database) private readonly database!: Database;

  override async admit(identity: VerifiedIdentity): Promise<Admission> {
    const admission = await super.admit(identity);
    if (admission.kind === "refused") return admission;
    const places = await this.database.query(findPlace, ownerOf(identity));
    return { kind: "admitted", signUp: places.length > 0 ? "open" : "closed" };
  }
}
