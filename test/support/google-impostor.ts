import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { googlePaths } from "../../src/testing/google/emulator.routes";
import {
  type GoogleSigningKey,
  newSigningKey,
} from "../../src/testing/google/signing-key";

/** Somebody in Google's place who publishes keys of his own, if he is asked. */
export class GoogleImpostor {
  /** How many requests got as far as his answer. */
  requestCount = 0;

  private constructor(
    /** His own; what it signs is good to whoever takes his keys for Google's. */
    readonly key: GoogleSigningKey,
    private readonly server: Server,
  ) {}

  /** @param tls with a certificate that nobody vouches for, or no TLS at all */
  static async start(tls: "with" | "without"): Promise<GoogleImpostor> {
    const key = await newSigningKey();
    const answer: RequestListener = (_request, response) => {
      impostor.requestCount += 1;
      response.end(JSON.stringify({ [key.kid]: key.certificatePem }));
    };
    const privateKey = key.privateKey.export({ format: "pem", type: "pkcs8" });
    const server =
      tls === "with"
        ? createTlsServer({ key: privateKey, cert: key.certificatePem }, answer)
        : createServer(answer);
    const impostor = new GoogleImpostor(key, server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return impostor;
  }

  /** Where a service would ask for keys by https. */
  get certsUrl(): string {
    const { port } = this.server.address() as AddressInfo;
    return `https://127.0.0.1:${port}${googlePaths.certs}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
