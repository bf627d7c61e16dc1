import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { googlePaths } from "../../src/testing/google/emulator.routes";
import {
  type GoogleSigningKey,
  newSigningKey,
} from "../../src/testing/google/signing-key";

/** A server that impersonates Google and serves its own keys. */
export class GoogleImpostor {
  /** The number of requests that reached the handler. */
  requestCount = 0;

  private constructor(
    /**
     * The impostor's key. Its tokens are valid for a service that accepts its
     * key set.
     */
    readonly key: GoogleSigningKey,
    private readonly server: Server,
  ) {}

  /** @param tls with an untrusted certificate, or no TLS at all */
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

  /** The https URL of the key set. */
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
