import type { INestApplicationContext } from "@nestjs/common";
import { Database } from "../../src/index";

/** The service, or another application with GoogleAuthModule. */
interface Hosting {
  readonly app: Pick<INestApplicationContext, "get">;
}

/** Queries the service's database. */
export function query<Row>(
  service: Hosting,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return service.app.get(Database).dataSource.query<Row[]>(text, values);
}

/** The number of rows in each of our tables. */
export async function rowCounts(
  service: Hosting,
): Promise<Record<string, number>> {
  const [counts] = await query<Record<string, number>>(
    service,
    `SELECT (SELECT count(*)::int FROM google_auth.users) AS users,
      (SELECT count(*)::int FROM google_auth.identities) AS identities,
      (SELECT count(*)::int FROM google_auth.sessions) AS sessions`,
  );
  return counts ?? {};
}

/** The statements sent to the database. */
export function textsOf({ mock }: jest.SpyInstance): string[] {
  return (mock.calls as [string | { text: string }][]).map(([sent]) =>
    typeof sent === "string" ? sent : sent.text,
  );
}
