import type { Server } from "node:http";
import { type INestApplication, RequestMethod } from "@nestjs/common";
import { MountedRoutes } from "../common/mounted-routes";
import { Database } from "../database/database";
import { UserDirectory } from "../users/user-directory.port";
import type { SignInSite } from "./google/sign-in";

/** How long an application that stops waits for requests in flight. */
const patienceMilliseconds = 1000;

/** An application under test that listens on a free port. */
export abstract class ServedApp implements SignInSite {
  abstract readonly app: INestApplication;
  /** Where it listens. */
  abstract readonly url: string;

  /** A request to the application; `path` begins with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.url}${path}`, init);
  }

  /** The path of a POST route such as `/auth/google` in this application. */
  pathOf(route: string): string {
    const routes = this.app.get(MountedRoutes, { strict: false });
    return routes.pathOf(route, RequestMethod.POST);
  }

  /**
   * Sets the roles of a user, without an audit event; tokens contain them from
   * the next refresh on.
   */
  async setRoles(userId: string, roles: readonly string[]): Promise<void> {
    const users = this.app.get(UserDirectory, { strict: false });
    const database = this.app.get(Database, { strict: false });
    await database.transaction(async (transaction) => {
      const user = await users.lock(userId, transaction);
      if (!user) throw new Error("The user was not found");
      await users.change(user, { roles }, transaction);
    });
  }

  /**
   * Stops the application, and what was started for it. Waits at most a second
   * for responses that nobody reads.
   */
  async stop(): Promise<void> {
    const server = this.app.getHttpServer() as Server;
    const timer = setTimeout(
      () => server.closeAllConnections(),
      patienceMilliseconds,
    );
    try {
      await this.app.close();
    } finally {
      clearTimeout(timer);
      await this.dispose();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Stops what was started for the application. */
  protected abstract dispose(): Promise<void>;
}
