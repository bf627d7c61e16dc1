import { Inject, Injectable, RequestMethod } from "@nestjs/common";
import { ApplicationConfig } from "@nestjs/core";
import { RoutePathFactory } from "@nestjs/core/router/route-path-factory";

export const ROUTE_PREFIX = Symbol("ROUTE_PREFIX");

/**
 * The paths of our routes in the application that hosts them: below the
 * module's own prefix, the application's global prefix with its exceptions, and
 * its version. Available from `onModuleInit` on.
 */
@Injectable()
export class MountedRoutes {
  private readonly paths: RoutePathFactory;

  /** @param prefix of the module, with or without slashes around it; empty for none */
  constructor(
    @Inject(ROUTE_PREFIX) private readonly prefix: string,
    private readonly config: ApplicationConfig,
  ) {
    this.paths = new RoutePathFactory(config);
  }

  /**
   * Every path of a route; several if the application has several default
   * versions.
   *
   * @param route as a controller declares it: `/oauth/token`
   */
  pathsOf(route: string, method = RequestMethod.POST): string[] {
    const versioningOptions = this.config.getVersioning();
    return this.paths.create(
      {
        modulePath: this.prefix,
        ctrlPath: route,
        controllerVersion: versioningOptions?.defaultVersion,
        versioningOptions,
        globalPrefix: this.config.getGlobalPrefix(),
      },
      method,
    );
  }

  /** The path of a route to tell clients. */
  pathOf(route: string, method?: RequestMethod): string {
    return this.pathsOf(route, method)[0] ?? route;
  }
}
