import { Inject, Injectable } from "@nestjs/common";

export const ROUTE_PREFIX = Symbol("ROUTE_PREFIX");

/** Where our routes are in the application that they are a part of. */
@Injectable()
export class MountedRoutes {
  private readonly prefix: string;

  /** @param prefix with or without slashes around it; empty for none */
  constructor(@Inject(ROUTE_PREFIX) prefix: string) {
    const path = prefix.replace(/^\/+|\/+$/g, "");
    this.prefix = path === "" ? "" : `/${path}`;
  }

  /** @param route as a controller declares it, with a slash before it */
  pathOf(route: string): string {
    return this.prefix + route;
  }
}
