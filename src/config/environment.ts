import { IntersectionType } from "@nestjs/mapped-types";
import { ServiceVariables } from "./variables/service.variables";
import { DatabaseVariables } from "./variables/database.variables";
import { GoogleVariables } from "./variables/google.variables";
import { UserVariables } from "./variables/user.variables";
import { TokenVariables } from "./variables/token.variables";
import { SessionVariables } from "./variables/session.variables";
import { NetworkVariables } from "./variables/network.variables";
import { ProviderVariables } from "./variables/provider.variables";

/**
 * Every environment variable of the service: name, type, default and rule. The
 * table in the documentation is generated from this class.
 */
export class Environment extends IntersectionType(
  ServiceVariables,
  DatabaseVariables,
  GoogleVariables,
  ProviderVariables,
  UserVariables,
  TokenVariables,
  SessionVariables,
  NetworkVariables,
) {}
