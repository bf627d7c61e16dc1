import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { GoogleAuthModule } from "nest-google-auth";
import { type GoogleEmulator, googlePaths } from "nest-google-auth/testing";

/** For the tests: the service that users sign in to. Only it has a database. */
export async function startIssuer(google: GoogleEmulator, database: string) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  @Module({
    imports: [
      GoogleAuthModule.forRoot({
        publicUrl: url,
        secretKey: "only for tests: 8b1f4c0d9e7a6352f1e0",
        google: {
          clientIds: google.clientIds,
          certsUrl: google.url + googlePaths.certs,
        },
        database: { url: database },
        introspectionClients: ["invoices:Zk3vN8qLwR5tYb1xGd7mPc4hJf9sUa2e"],
      }),
    ],
  })
  class Issuer {}
  const app = await NestFactory.create(Issuer, { logger: ["error"] });
  await app.listen(port, "127.0.0.1");
  return { url, close: () => app.close() };
}

/** Its URL has to be known before it starts. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
