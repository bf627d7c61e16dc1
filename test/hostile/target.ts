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

/** What is attacked: the service, its Google, and somebody to be mistaken for. */
export class Target {
  private constructor(
    readonly google: GoogleEmulator,
    readonly service: TestService,
    /** The first user of the service, who signs in after every attack. */
    readonly known: GoogleAccount,
    readonly knownUserId: string,
    /** A server of the attacker's that nothing may ever talk to. */
    readonly trap: Trap,
  ) {}

  /**
   * Only the first service of a process logs where it is told to, so there is
   * one target to a test file.
   */
  static async start(options: TestServiceOptions = {}): Promise<Target> {
    const google = await GoogleEmulator.start();
    try {
      const service = await TestService.start(google, options);
      const known = newAccount({ hd: "corp.com", email: "ada@corp.com" });
      const knownUserId = await signedUp(google, service, known);
      return new Target(google, service, known, knownUserId, await Trap.set());
    } catch (error) {
      // Or the process would wait for it, and hide why nothing started.
      await google.stop();
      throw error;
    }
  }

  /** Whether a good sign-in still works: the known user's, with a fresh token. */
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

/** Makes an account a user, though the service's own sign-up may be closed. */
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
  if (outcome.kind !== "created") throw new Error("There is nobody else yet.");
  return outcome.user.id;
}

/** An HTTP server that counts who connects, and would answer with keys. */
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
