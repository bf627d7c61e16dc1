import { Injectable } from "@nestjs/common";
import { AccessTokenClaims, Database, type User } from "nest-google-auth";

/** Access tokens say which tenant their user belongs to. */
@Injectable()
export class TenantClaims extends AccessTokenClaims {
  constructor(private readonly database: Database) {
    super();
  }

  override async of({ id }: User): Promise<Record<string, unknown>> {
    const [member] = await this.database.query<Record<string, unknown>>(
      "SELECT tenant FROM public.users WHERE google_auth_id = $1",
      [id],
    );
    return member ?? {};
  }
}
