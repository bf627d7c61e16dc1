import { Injectable } from "@nestjs/common";

/**
 * Which methods an address answers, so that a wrong method is told from a
 * wrong address. Whoever sets up the HTTP server fills it in; without that
 * both are 404.
 */
@Injectable()
export class AllowedMethods {
  private lookUp: (path: string) => readonly string[] = () => [];

  use(lookUp: (path: string) => readonly string[]): void {
    this.lookUp = lookUp;
  }

  /** @param path without the query string */
  of(path: string): readonly string[] {
    return this.lookUp(path);
  }
}
