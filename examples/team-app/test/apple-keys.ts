import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

export const appleClientId = "com.example.team";

/** Signs tokens like Apple, and publishes the keys. */
export class AppleKeys {
  /** Whether the keys are unavailable. */
  isDown = false;

  private constructor(
    readonly url: string,
    private readonly privateKey: Awaited<
      ReturnType<typeof generateKeyPair>
    >["privateKey"],
    readonly stop: () => void,
  ) {}

  static async start(): Promise<AppleKeys> {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const jwk = { ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" };
    const server = createServer((_request, response) => {
      response.statusCode = keys.isDown ? 503 : 200;
      response.end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const keys = new AppleKeys(`http://127.0.0.1:${port}`, privateKey, () => {
      server.closeAllConnections();
      server.close();
    });
    return keys;
  }

  /** A token as from Apple, with changes. */
  token(changes: JWTPayload = {}, key = this.privateKey): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      ...{ iss: "https://appleid.apple.com", aud: appleClientId },
      ...{ sub: "001234.0a1b2c3d4e5f.1234", iat: now, exp: now + 600 },
      ...{ email: "grace@privaterelay.appleid.com", email_verified: "true" },
      ...changes,
    })
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .sign(key);
  }
}
