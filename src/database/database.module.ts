import { Global, Module } from "@nestjs/common";
import { Database } from "./database";
import { DatabaseBell } from "./database-bell";
import { Purge } from "./purge";

/** Floor 0: hand-written SQL on the app's own TypeORM DataSource. */
@Global()
@Module({
  providers: [Database, DatabaseBell, Purge],
  exports: [Database, DatabaseBell, Purge],
})
export class DatabaseModule {}
