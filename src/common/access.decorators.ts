import {
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
} from "@nestjs/common";
import { requestOf } from "./context-request";
import type { Principal } from "./principal";

/** Whether a route needs an access token; what is not marked does. */
export type AccessRule = "public" | "optional" | "token";

export const ACCESS_RULE = "nest-google-auth:access-rule";
export const REQUIRED_ROLES = "nest-google-auth:required-roles";
export const INCOMPLETE_PROFILE_ALLOWED =
  "nest-google-auth:incomplete-profile-allowed";
export const MAX_AUTHENTICATION_AGE = "nest-google-auth:max-authentication-age";

/** Where the guard leaves the principal for {@link CurrentUser}. */
export interface RequestWithPrincipal {
  user?: unknown;
}

/**
 * Anybody may call: no token is read at all. On a whole controller or a method;
 * roles of a method close it all the same. On a method it opens that, whatever
 * the controller asks for.
 */
export const Public = () => SetMetadata(ACCESS_RULE, "public");

/**
 * Anybody may call, and whoever is signed in is known: without a token
 * `@CurrentUser()` is undefined; a bad token is still refused with 401.
 */
export const OptionalAuth = () => SetMetadata(ACCESS_RULE, "optional");

/** Only with an access token: closes one method of a `@Public()` controller. */
export const Authenticated = () => SetMetadata(ACCESS_RULE, "token");

/**
 * Only users who have at least one of these roles; others get 403
 * `insufficient_role`. They need an access token, whatever the controller says.
 * The roles are those of the token: a change is seen when it is next renewed.
 */
export const Roles = (...roles: [string, ...string[]]) =>
  SetMetadata(REQUIRED_ROLES, roles);

/**
 * Only users who have signed in, or proved anew to be it at
 * `POST /auth/reauthenticate`, within so many seconds; others get 401
 * `reauthentication_required`. For what must not be done with a stolen access
 * token alone.
 *
 * @throws RangeError for what is no number of seconds: it would let everybody in
 * @see https://www.rfc-editor.org/rfc/rfc9470
 */
export const RequireRecentSignIn = (maxAgeSeconds = 300) => {
  if (!Number.isFinite(maxAgeSeconds) || maxAgeSeconds < 0) {
    throw new RangeError("@RequireRecentSignIn() needs a number of seconds");
  }
  return SetMetadata(MAX_AUTHENTICATION_AGE, maxAgeSeconds);
};

/**
 * Also users who have not finished signing up; elsewhere they get 403
 * `profile_incomplete`. For routes that are needed until then. On a method or a
 * whole controller.
 */
export const AllowIncompleteProfile = () =>
  SetMetadata(INCOMPLETE_PROFILE_ALLOWED, true);

/**
 * The caller: `@CurrentUser() user: Principal`, or one member of it:
 * `@CurrentUser("userId") userId: string`. Undefined where the guard has not
 * let one in.
 */
export const CurrentUser = createParamDecorator<keyof Principal | undefined>(
  (member, context: ExecutionContext) => {
    const { user } = requestOf<{ user?: Principal }>(context);
    return member === undefined ? user : user?.[member];
  },
);
