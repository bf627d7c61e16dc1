import { Injectable } from "@nestjs/common";

/** What an address has in the places that its route leaves open. */
type Parameters = Readonly<Record<string, string | undefined>>;

/**
 * Which methods an address answers, so that a wrong method is told from a
 * wrong address. Whoever sets up the HTTP server fills it in; without that
 * both are 404.
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
   * For a route whose address has to name something that exists, or there is
   * nothing at it.
   *
   * @param route as it is declared: `/auth/:provider`
   */
  onlyWhere(route: string, exists: (parameters: Parameters) => boolean): void {
    this.exists.set(route, exists);
  }

  /**
   * The configuration turns a route off: there is nothing at it, whatever the
   * method, and the OpenAPI description does not have it.
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

  /** For the look-up: whether there is something at an address of a route. */
  isThere(route: string, parameters: Parameters): boolean {
    if (this.isOff(route)) return false;
    return this.exists.get(route)?.(parameters) ?? true;
  }

  /** @param path without the query string */
  of(path: string): readonly string[] {
    return this.lookUp(path);
  }
}
