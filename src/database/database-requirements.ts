const findSettings = `SELECT current_setting('server_encoding') AS encoding,
  current_setting('DateStyle') AS "dateStyle"`;

/**
 * Checks the requirements that all our statements have.
 *
 * @param query runs a statement on the database
 * @throws Error that says what to do
 */
export async function assertUsableDatabase(
  query: (text: string) => Promise<unknown>,
): Promise<void> {
  const [found] = (await query(findSettings)) as {
    encoding: string;
    dateStyle: string;
  }[];
  if (found && found.encoding !== "UTF8") {
    throw new Error(
      `The database has the encoding ${found.encoding}, which cannot store every name. Create one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`,
    );
  }
  // Our own connections set it; those of the application's DataSource may not.
  if (found && !found.dateStyle.startsWith("ISO")) {
    throw new Error(
      `The connection has the DateStyle ${found.dateStyle}, which the driver cannot read. Run: ALTER ROLE … SET DateStyle = 'ISO'`,
    );
  }
}
