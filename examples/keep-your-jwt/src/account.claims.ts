import { Injectable } from "@nestjs/common";
import { AccessTokenClaims, Database, type User } from "nest-google-auth";

/** Access tokens name the application's own account, as the old tokens do. */
@Injectable()
export class AccountClaims extends AccessTokenClaims {
  constructor(private readonly database: Database) {
    super();
  }

  override async of({ id }: User): Promise<Record<string, unknown>> {
    const [account] = await this.database.query<{ account: number }>(
      "SELECT id AS account FROM public.accounts WHERE google_auth_id = $1",
      [id],
    );
    return { ...account };
  }
}
