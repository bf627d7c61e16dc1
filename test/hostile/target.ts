import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { IdentityVerifier, UserDirectory } from "../../src/index";
import {
  type GoogleAccount,
  newAccount,
} from "../../src/testing/google/accounts";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import {
  TestService,
  type TestServiceOptions,
} from "../../src/testing/test-service";
import { signIn } from "../support/requests";

/** The target of attacks: a service, its Google, and a user to impersonate. */
export class Target {
  private constructor(
    readonly google: GoogleEmulator,
    readonly service: TestService,
    /** The first user of the service, who signs in after every attack. */
    readonly known: GoogleAccount,
    readonly knownUserId: string,
    /** The attacker's server, which must never receive a connection. */
    readonly trap: Trap,
  ) {}

  /**
   * Only the first service of a process captures its log, so a test file has
   * one target.
   */
  static async start(options: TestServiceOptions = {}): Promise<Target> {
    const google = await GoogleEmulator.start();
    try {
      const service = await TestService.start(google, options);
      const known = newAccount({ hd: "corp.com", email: "ada@corp.com" });
      const knownUserId = await signedUp(google, service, known);
      return new Target(google, service, known, knownUserId, await Trap.set());
    } catch (error) {
      // A running emulator would keep the process open and hide the error.
      await google.stop();
      throw error;
    }
  }

  /** Whether the known user can still sign in with a new token. */
  async knownUserEnters(): Promise<boolean> {
    const idToken = await this.google.idToken({ account: this.known });
    const { status, user } = await signIn(this.service, idToken);
    return status === 200 && user.id === this.knownUserId;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.google.stop();
    await this.trap.remove();
  }
}

/** Creates a user for an account, even if the service's sign-up is closed. */
async function signedUp(
  google: GoogleEmulator,
  { app }: TestService,
  account: GoogleAccount,
): Promise<string> {
  const idToken = await google.idToken({ account });
  const outcome = await app
    .get(UserDirectory)
    .findOrCreate(await app.get(IdentityVerifier).verify(idToken), {
      signUp: "open",
    });
  if (outcome.kind !== "created") throw new Error("The user already exists.");
  return outcome.user.id;
}

/** An HTTP server that counts connections and serves keys. */
class Trap {
  connections = 0;

  private constructor(
    private readonly server: Server,
    /** Its base URL. */
    readonly url: string,
  ) {
    server.on("connection", () => this.connections++);
  }

  static async set(): Promise<Trap> {
    const server = createServer((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end('{"keys":[]}');
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return new Trap(server, `http://127.0.0.1:${port}`);
  }

  async remove(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }
}
