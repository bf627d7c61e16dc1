import { Global, Module } from "@nestjs/common";
import { Database } from "./database";

/** Floor 0: hand-written SQL on the app's own TypeORM DataSource. */
@Global()
@Module({ providers: [Database], exports: [Database] })
export class DatabaseModule {}
