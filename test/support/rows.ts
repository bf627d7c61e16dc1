import { DataSource } from "typeorm";
import type { TestService } from "../../src/testing/test-service";

/** Looks into the service's database. */
export function query<Row>(
  service: TestService,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return service.app.get(DataSource).query<Row[]>(text, values);
}

/** How many rows each table of ours has. */
export async function rowCounts(
  service: TestService,
): Promise<Record<string, number>> {
  const [counts] = await query<Record<string, number>>(
    service,
    `SELECT (SELECT count(*)::int FROM users) AS users,
      (SELECT count(*)::int FROM identities) AS identities,
      (SELECT count(*)::int FROM sessions) AS sessions`,
  );
  return counts ?? {};
}
