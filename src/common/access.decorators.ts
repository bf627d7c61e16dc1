import {
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
} from "@nestjs/common";
import type { Principal } from "./principal";

/** How a route is protected; what is not marked needs an access token. */
export type AccessRule = "public" | "optional";

export const ACCESS_RULE = "nest-google-auth:access-rule";
export const REQUIRED_ROLES = "nest-google-auth:required-roles";
export const INCOMPLETE_PROFILE_ALLOWED =
  "nest-google-auth:incomplete-profile-allowed";

/** Where the guard leaves the principal for {@link CurrentUser}. */
export interface RequestWithPrincipal {
  principal?: Principal;
}

/** Anybody may call: no token is read at all. On a method or a whole controller. */
export const Public = () => SetMetadata(ACCESS_RULE, "public");

/**
 * Anybody may call, and who is signed in is known: without a token
 * `@CurrentUser()` is undefined; a bad token is still refused with 401.
 */
export const OptionalAuth = () => SetMetadata(ACCESS_RULE, "optional");

/**
 * Only users who have at least one of these roles; others get 403
 * `insufficient_role`. The roles are those of the access token: a change is
 * seen when it is next renewed.
 */
export const Roles = (...roles: [string, ...string[]]) =>
  SetMetadata(REQUIRED_ROLES, roles);

/**
 * Also users who have not finished signing up; elsewhere they get 403
 * `profile_incomplete`. For routes that are needed until then. On a method or a
 * whole controller.
 */
export const AllowIncompleteProfile = () =>
  SetMetadata(INCOMPLETE_PROFILE_ALLOWED, true);

/**
 * The caller: `@CurrentUser() user: Principal`, or one member of it:
 * `@CurrentUser("userId") userId: string`.
 */
export const CurrentUser = createParamDecorator<keyof Principal | undefined>(
  (member, context: ExecutionContext) => {
    const { principal } = context
      .switchToHttp()
      .getRequest<RequestWithPrincipal>();
    return member === undefined ? principal : principal?.[member];
  },
);
