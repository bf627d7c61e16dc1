import { Injectable } from "@nestjs/common";
import {
  AuthError,
  SignInHooks,
  type Transaction,
  type User,
} from "nest-google-auth";

/** Connects a new user with the account it had, or with a new one. */
@Injectable()
export class AccountHooks extends SignInHooks {
  /**
   * Only if Google is authoritative for the address, it certainly belongs to
   * whoever has the account. Others sign in with their password as before.
   */
  override async afterSignUp(
    { id, email, emailAuthority }: User,
    transaction: Transaction,
  ): Promise<void> {
    const accounts = await transaction.query(
      `INSERT INTO public.accounts (email, google_auth_id) VALUES (lower($1), $2)
       ON CONFLICT (email) DO UPDATE SET google_auth_id = excluded.google_auth_id
         WHERE accounts.google_auth_id IS NULL AND $3
       RETURNING id`,
      [email, id, emailAuthority === "authoritative"],
    );
    if (accounts.length === 0) throw new AuthError("sign_up_not_allowed");
  }
}
