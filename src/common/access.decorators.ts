import {
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
} from "@nestjs/common";
import { requestOf } from "./context-request";
import type { Principal } from "./principal";

/** Whether a route needs an access token; without a rule it does. */
export type AccessRule = "public" | "optional" | "token";

export const ACCESS_RULE = "nest-google-auth:access-rule";
export const REQUIRED_ROLES = "nest-google-auth:required-roles";
export const INCOMPLETE_PROFILE_ALLOWED =
  "nest-google-auth:incomplete-profile-allowed";
export const MAX_AUTHENTICATION_AGE = "nest-google-auth:max-authentication-age";

/**
 * No access token is needed or read. For a controller or a method; on a method
 * it overrides what the controller requires. A method with `@Roles()` still
 * needs a token.
 */
export const Public = () => SetMetadata(ACCESS_RULE, "public");

/**
 * An access token is optional: without one `@CurrentUser()` is undefined; an
 * invalid one is still refused with 401.
 */
export const OptionalAuth = () => SetMetadata(ACCESS_RULE, "optional");

/** Requires an access token, for a method of a `@Public()` controller. */
export const Authenticated = () => SetMetadata(ACCESS_RULE, "token");

/**
 * Requires an access token with at least one of these roles; others get 403
 * `insufficient_role`. The roles are those of the token: a change takes effect
 * with the next refresh.
 */
export const Roles = (...roles: [string, ...string[]]) =>
  SetMetadata(REQUIRED_ROLES, roles);

/**
 * Requires that the user has signed in, or reauthenticated at
 * `POST /auth/reauthenticate`, within so many seconds; others get 401
 * `reauthentication_required`. For actions that a stolen access token must not
 * be enough for.
 *
 * @throws RangeError for a value that is not a number of seconds
 * @see https://www.rfc-editor.org/rfc/rfc9470
 */
export const RequireRecentSignIn = (maxAgeSeconds = 300) => {
  if (!Number.isFinite(maxAgeSeconds) || maxAgeSeconds < 0) {
    throw new RangeError("@RequireRecentSignIn() needs a number of seconds");
  }
  return SetMetadata(MAX_AUTHENTICATION_AGE, maxAgeSeconds);
};

/**
 * Also admits users who have not finished signing up; other routes refuse them
 * with 403 `profile_incomplete`. For a method or a controller.
 */
export const AllowIncompleteProfile = () =>
  SetMetadata(INCOMPLETE_PROFILE_ALLOWED, true);

/**
 * The signed-in user: `@CurrentUser() user: Principal`, or one property:
 * `@CurrentUser("userId") userId: string`. Undefined on public routes.
 */
export const CurrentUser = createParamDecorator<keyof Principal | undefined>(
  (member, context: ExecutionContext) => {
    const { user } = requestOf<{ user?: Principal }>(context);
    return member === undefined ? user : user?.[member];
  },
);
