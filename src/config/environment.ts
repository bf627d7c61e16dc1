import { NetworkVariables } from "./variables/network.variables";

/**
 * Every variable of the environment that this service reads, once: name, type,
 * default and rule. The table in the documentation is generated from here.
 *
 * Each group of variables extends the one before it, in the order of the table:
 * service, database, google, provider, user, token, session, network.
 */
export class Environment extends NetworkVariables {}
