import { NetworkVariables } from "./variables/network.variables";

/**
 * Every environment variable of the service: name, type, default and rule. The
 * table in the documentation is generated from this class.
 *
 * Each group of variables extends the one before it, in the order of the table:
 * service, database, google, provider, user, token, session, network.
 */
export class Environment extends NetworkVariables {}
