import type { Server } from "node:http";
import { type INestApplication, RequestMethod } from "@nestjs/common";
import { MountedRoutes } from "../common/mounted-routes";
import { Database } from "../database/database";
import { UserDirectory } from "../users/user-directory.port";

/** How long an application that stops waits for requests in flight. */
const patienceMilliseconds = 1000;

/** Stops an application; waits at most a second for responses that nobody reads. */
export async function stopApp(app: INestApplication): Promise<void> {
  const server = app.getHttpServer() as Server;
  const timer = setTimeout(
    () => server.closeAllConnections(),
    patienceMilliseconds,
  );
  await app.close().finally(() => clearTimeout(timer));
}

/** Where a POST route of ours is in an application: prefix, version. */
export function pathIn(app: INestApplication, route: string): string {
  const routes = app.get(MountedRoutes, { strict: false });
  return routes.pathOf(route, RequestMethod.POST);
}

/** Sets the roles of a user, as an administrator does, but without an audit event. */
export async function setRolesIn(
  app: INestApplication,
  userId: string,
  roles: readonly string[],
): Promise<void> {
  const users = app.get(UserDirectory, { strict: false });
  const database = app.get(Database, { strict: false });
  await database.transaction(async (transaction) => {
    const user = await users.lock(userId, transaction);
    if (!user) throw new Error("There is no such user");
    await users.change(user, { roles }, transaction);
  });
}
