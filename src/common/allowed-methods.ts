import { Injectable } from "@nestjs/common";

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

  private readonly offRoutes = new Set<string>();

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

  /**
   * Turns a route off: it is 404 for every method, and left out of the OpenAPI
   * description.
   *
   * @param route as it is declared
   */
  turnOff(route: string): void {
    this.offRoutes.add(route);
  }

  isOff(route: string): boolean {
    // In Nest's preview mode nothing is constructed, and so nothing is off.
    return (this.offRoutes as Set<string> | undefined)?.has(route) ?? false;
  }

  /** Whether a route exists with these parameters. */
  isThere(route: string, parameters: Parameters): boolean {
    if (this.isOff(route)) return false;
    return this.exists.get(route)?.(parameters) ?? true;
  }

  /** @param path without the query string */
  of(path: string): readonly string[] {
    return this.lookUp(path);
  }
}
