import { Global, Module } from "@nestjs/common";
import { Database } from "./database";
import { Purge } from "./purge";

/** Floor 0: hand-written SQL on the app's own TypeORM DataSource. */
@Global()
@Module({ providers: [Database, Purge], exports: [Database, Purge] })
export class DatabaseModule {}
