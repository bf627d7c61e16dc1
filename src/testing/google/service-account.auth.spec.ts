import { JWTAccess } from "google-auth-library";
import { sign } from "jsonwebtoken";
import type { Json } from "../../../test/support/emulator-app";
import { GoogleEmulator } from "./emulator";
import type { ServiceAccountKey } from "./service-account";
import { RISC_API_AUDIENCE } from "./service-account.auth";

let google: GoogleEmulator;
let admin: ServiceAccountKey;

beforeAll(async () => {
  google = await GoogleEmulator.start();
  admin = await google.serviceAccount();
});

afterAll(() => google.stop());

function claimsOf(key: ServiceAccountKey): Json {
  const iat = Math.floor(google.now().getTime() / 1000);
  const { client_email: iss } = key;
  return { iss, sub: iss, aud: RISC_API_AUDIENCE, iat, exp: iat + 3600 };
}

function bearer(key: ServiceAccountKey, changes: Json = {}, kid?: string) {
  const token = sign({ ...claimsOf(key), ...changes }, key.private_key, {
    algorithm: "RS256",
    keyid: kid ?? key.private_key_id,
  });
  return `Bearer ${token}`;
}

/** Requests a stream that does not exist: authorized callers get 404. */
async function ask(authorization: string) {
  const response = await fetch(`${google.url}/v1beta/stream`, {
    headers: authorization === "" ? {} : { authorization },
  });
  return { status: response.status, json: (await response.json()) as Json };
}

function refusal(code: number, status: string, message = "") {
  const words = expect.stringContaining(message) as string;
  return { status: code, json: { error: { code, status, message: words } } };
}

describe("a service account", () => {
  describe("when it signs for itself", () => {
    it("then google-auth-library accepts its key and is authorized", async () => {
      const access = new JWTAccess();
      access.fromJSON(admin);
      const headers = access.getRequestHeaders(RISC_API_AUDIENCE);
      const authorization = headers.get("authorization") ?? "";
      expect((await ask(authorization)).status).toBe(404);
    });

    it("then its file has the fields of Google's", () => {
      expect(admin).toEqual({
        type: "service_account",
        project_id: "emulated-project",
        private_key_id: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
        private_key: expect.stringMatching(
          /^-----BEGIN PRIVATE KEY-----\n/,
        ) as string,
        client_email: expect.stringMatching(
          /^risc-\w+@emulated-project\.iam\.gserviceaccount\.com$/,
        ) as string,
        client_id: expect.stringMatching(/^\d{21}$/) as string,
        auth_uri: "https://accounts.google.com/o/oauth2/auth",
        token_uri: "https://oauth2.googleapis.com/token",
        auth_provider_x509_cert_url:
          "https://www.googleapis.com/oauth2/v1/certs",
        client_x509_cert_url: expect.stringContaining("%40") as string,
        universe_domain: "googleapis.com",
      });
    });
  });

  describe("when it has no role", () => {
    it("then it gets 403", async () => {
      const plain = await google.serviceAccount({ riscAdmin: false });
      expect(await ask(bearer(plain))).toMatchObject(
        refusal(403, "PERMISSION_DENIED", "does not have permission"),
      );
    });
  });

  describe("when its token is invalid", () => {
    const seconds = () => Math.floor(google.now().getTime() / 1000);
    it.each<[string, () => string]>([
      ["none", () => ""],
      ["no token", () => "Bearer x"],
      ["another scheme's", () => bearer(admin).replace("Bearer", "Basic")],
      ["for another API", () => bearer(admin, { aud: "https://x.example" })],
      ["for two", () => bearer(admin, { aud: [RISC_API_AUDIENCE] })],
      ["of another issuer", () => bearer(admin, { iss: "a@b.example" })],
      ["about another", () => bearer(admin, { sub: "a@b.example" })],
      [
        "over",
        () => bearer(admin, { iat: seconds() - 10, exp: seconds() - 1 }),
      ],
      ["too long", () => bearer(admin, { exp: seconds() + 3700 })],
      ["of the future", () => bearer(admin, { iat: seconds() + 100 })],
      ["of an unknown key", () => bearer(admin, {}, "0".repeat(40))],
    ])("then one that is %s gets 401", async (_, authorization) => {
      expect(await ask(authorization())).toMatchObject(
        refusal(401, "UNAUTHENTICATED"),
      );
    });

    it("then another key or a changed claim gets 401", async () => {
      const other = await google.serviceAccount();
      const forged = { ...other, private_key_id: admin.private_key_id };
      const [header, , signature] = bearer(admin).split(".");
      const payload = Buffer.from(JSON.stringify(claimsOf(other)));
      const changed = [header, payload.toString("base64url"), signature];
      for (const authorization of [
        bearer({ ...forged, client_email: admin.client_email }),
        changed.join("."),
      ]) {
        expect(await ask(authorization)).toMatchObject(
          refusal(401, "UNAUTHENTICATED"),
        );
      }
    });
  });
});
