import { Injectable } from "@nestjs/common";
import {
  AuthError,
  type CallOrigin,
  SignInHooks,
  type SignUpDecision,
  type Transaction,
  type User,
  type VerifiedIdentity,
} from "nest-google-auth";
import { findPlace, ownerOf, type Place } from "./waiting-place";

/** Gives a new user a row in the application's tables, or the one it had. */
@Injectable()
export class Onboarding extends SignInHooks {
  override async beforeSignUp(
    identity: VerifiedIdentity,
    _call: CallOrigin,
    transaction: Transaction,
  ): Promise<SignUpDecision> {
    const [place] = await transaction.query<Place>(
      findPlace,
      ownerOf(identity),
    );
    return place
      ? { kind: "accepted", roles: [place.role] }
      : { kind: "refused", code: "sign_up_not_allowed" };
  }

  /** In the transaction that creates the user: all of it, or nothing. */
  override async afterSignUp(
    user: User,
    transaction: Transaction,
  ): Promise<void> {
    const [member] = await transaction.query<{ id: number }>(
      `INSERT INTO public.users (email, tenant, role, google_auth_id)
       SELECT lower($1), tenant, role, $3::uuid FROM (${findPlace}) AS place
       ON CONFLICT (email) DO UPDATE SET google_auth_id = excluded.google_auth_id
         WHERE users.google_auth_id IS NULL AND $2
       RETURNING id`,
      [...ownerOf(user), user.id],
    );
    // Somebody else has taken the place meanwhile.
    if (!member) throw new AuthError("sign_up_not_allowed");
    await transaction.query(
      "INSERT INTO public.onboarding (user_id) VALUES ($1)",
      [member.id],
    );
    await transaction.query(
      "DELETE FROM public.invitations WHERE email = lower($1)",
      [user.email],
    );
  }
}
