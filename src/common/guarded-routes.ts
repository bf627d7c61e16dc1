/**
 * What guards every route of the application. A module whose routes must not
 * stand open asks for it in its constructor: then the application does not even
 * start without.
 */
export abstract class GuardedRoutes {}
