import { Inject, Injectable } from "@nestjs/common";

export const ROUTE_PREFIX = Symbol("ROUTE_PREFIX");

/** The paths of our routes in the application. */
@Injectable()
export class MountedRoutes {
  private readonly prefix: string;

  /** @param prefix with or without leading and trailing slashes; empty for none */
  constructor(@Inject(ROUTE_PREFIX) prefix: string) {
    const path = prefix.replace(/^\/+|\/+$/g, "");
    this.prefix = path === "" ? "" : `/${path}`;
  }

  /** @param route as a controller declares it, with a leading slash */
  pathOf(route: string): string {
    return this.prefix + route;
  }
}

/** Route parameters by name. */
type Parameters = Readonly<Record<string, string | undefined>>;

/**
 * The methods that a path supports, to tell 405 from 404. The HTTP server's
 * set-up provides the look-up; without it both are 404.
 */
@Injectable()
export class AllowedMethods {
  private lookUp: (path: string) => readonly string[] = () => [];
  private readonly exists = new Map<
    string,
    (parameters: Parameters) => boolean
  >();

  use(lookUp: (path: string) => readonly string[]): void {
    this.lookUp = lookUp;
  }

  /**
   * Restricts a route to parameters that name something that exists; other
   * paths of it are 404.
   *
   * @param route as it is declared: `/auth/:provider`
   */
  onlyWhere(route: string, exists: (parameters: Parameters) => boolean): void {
    this.exists.set(route, exists);
  }

  /** Whether a route exists with these parameters. */
  isThere(route: string, parameters: Parameters): boolean {
    return this.exists.get(route)?.(parameters) ?? true;
  }

  /** @param path without the query string */
  of(path: string): readonly string[] {
    return this.lookUp(path);
  }
}
