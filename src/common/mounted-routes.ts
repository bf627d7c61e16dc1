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
