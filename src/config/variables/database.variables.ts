import { IsBoolean, IsInt, Max, Min } from "class-validator";
import { isUrl } from "../environment-rules";
import {
  AsBoolean,
  AsInteger,
  Satisfies,
  Variable,
} from "../variable.decorator";
import { ServiceVariables } from "./service.variables";

/** The database and the retention of the audit log. */
export class DatabaseVariables extends ServiceVariables {
  @Variable({
    option: "database.url",
    purpose: "The PostgreSQL database.",
    rule: "a postgres:// or postgresql:// URL; required in production",
    defaultText: "an embedded Postgres under `.data/` outside production",
  })
  @Satisfies("databaseUrl", (value) =>
    isUrl(value, ["postgres:", "postgresql:"]),
  )
  DATABASE_URL!: string;

  @Variable({
    option: "database.poolSize",
    purpose: "Maximum number of database connections of this process.",
    rule: "an integer from 1 to 200",
    default: 10,
  })
  @AsInteger()
  @IsInt()
  @Min(1)
  @Max(200)
  DATABASE_POOL_SIZE!: number;

  @Variable({
    option: "database.ssl",
    purpose: "Connect to the database with TLS and verify its certificate.",
    rule: "on or off; must be set in production for a database on another machine, unless its URL has sslmode",
    default: false,
  })
  @AsBoolean()
  @IsBoolean()
  DATABASE_SSL!: boolean;

  @Variable({
    option: "auditRetentionDays",
    purpose:
      "Days the audit log is kept; a month is dropped when its last day is older.",
    rule: "an integer from 30 to 3650",
    default: 400,
  })
  @AsInteger()
  @IsInt()
  @Min(30)
  @Max(3650)
  AUDIT_RETENTION_DAYS!: number;
}
