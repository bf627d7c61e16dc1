import { createHmac, randomBytes, verify } from "node:crypto";
import { googleAccounts, newAccount } from "./accounts";
import { GoogleEmulator } from "./emulator";
import { emulatorClientIds } from "./emulator.options";
import type { IdTokenOptions } from "./id-token.mint";
import { newSigningKey } from "./signing-key";

const { web, android } = emulatorClientIds;

let google: GoogleEmulator;

beforeAll(async () => {
  google = await GoogleEmulator.start();
});

afterAll(() => google.stop());

function bytes(token: string) {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return {
    header: Buffer.from(header, "base64url").toString(),
    payload: Buffer.from(payload, "base64url").toString(),
    signature: Buffer.from(signature, "base64url"),
    input: Buffer.from(`${header}.${payload}`),
  };
}

function decode(token: string) {
  const { header, payload } = bytes(token);
  return {
    header: JSON.parse(header) as Record<string, unknown>,
    payload: JSON.parse(payload) as Record<string, unknown>,
  };
}

async function claimsOf(options: IdTokenOptions = {}) {
  return decode(await google.idToken(options)).payload;
}

describe("an ID token", () => {
  describe("when no options are given", () => {
    it("then it has the header and claims of a real one", async () => {
      const { header, payload } = decode(await google.idToken());
      expect(header).toEqual({
        alg: "RS256",
        kid: google.keys.current.kid,
        typ: "JWT",
      });
      const iat = Number(payload.iat);
      expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(30);
      expect(payload).toEqual({
        iss: "https://accounts.google.com",
        azp: web,
        aud: web,
        sub: googleAccounts.consumer.sub,
        email: "ada@gmail.com",
        email_verified: true,
        nbf: iat - 300,
        name: "Ada Lovelace",
        picture: googleAccounts.consumer.picture,
        given_name: "Ada",
        family_name: "Lovelace",
        iat,
        exp: iat + 3600,
        jti: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
      });
    });

    it("then it has a realistic length, in three unpadded parts", async () => {
      const idToken = await google.idToken();
      expect(idToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(idToken.length).toBeGreaterThan(800);
      expect(idToken.length).toBeLessThan(1300);
    });

    it("then it is unique", async () => {
      expect(await google.idToken()).not.toBe(await google.idToken());
    });
  });

  describe("when an account is named", () => {
    it("then a Workspace user has hd", async () => {
      expect(await claimsOf({ account: "workspace" })).toMatchObject({
        hd: "navy.example",
        email: "grace@navy.example",
        email_verified: true,
      });
    });

    it("then an unverified address is marked as such", async () => {
      const claims = await claimsOf({ account: "unverifiedEmail" });
      expect(claims.email_verified).toBe(false);
    });

    it("then a third-party address is verified without hd", async () => {
      const claims = await claimsOf({ account: "thirdPartyEmail" });
      expect(claims.email_verified).toBe(true);
      expect(claims).not.toHaveProperty("hd");
    });

    it("then without the profile scope there is no name or picture", async () => {
      const claims = await claimsOf({ account: "noProfile" });
      expect(claims).not.toHaveProperty("name");
      expect(claims).not.toHaveProperty("given_name");
      expect(claims).not.toHaveProperty("family_name");
      expect(claims).not.toHaveProperty("picture");
    });

    it("then without the email scope there is no address", async () => {
      const claims = await claimsOf({ account: "noEmail" });
      expect(claims).not.toHaveProperty("email");
      expect(claims).not.toHaveProperty("email_verified");
      const account = newAccount({ email: undefined });
      expect(await claimsOf({ account })).not.toHaveProperty("email_verified");
    });
  });

  describe("when a new account signs in", () => {
    it("then its identifiers are new", async () => {
      const [one, two] = [newAccount(), newAccount({ hd: "x.example" })];
      expect(one.sub).toMatch(/^\d{21}$/);
      expect(one.sub).not.toBe(two.sub);
      expect(one.email).not.toBe(two.email);
      expect(await claimsOf({ account: two })).toMatchObject({
        sub: two.sub,
        hd: "x.example",
      });
    });
  });

  describe("when its contents are given", () => {
    it("then audience, authorized party and nonce are as given", async () => {
      const asked = { audience: web, azp: android, nonce: "n-0S6" };
      expect(await claimsOf(asked)).toMatchObject({
        aud: web,
        azp: android,
        nonce: "n-0S6",
      });
      expect((await claimsOf({ audience: android })).azp).toBe(android);
    });

    it("then times are relative to now", async () => {
      const now = Math.floor(Date.now() / 1000);
      const claims = await claimsOf({
        issuedSecondsAgo: 1000,
        lifetimeSeconds: 60,
      });
      expect(Math.abs(Number(claims.iat) - (now - 1000))).toBeLessThan(30);
      expect(Number(claims.exp) - Number(claims.iat)).toBe(60);
    });

    it("then claims and header are replaced, added and removed", async () => {
      const { header, payload } = decode(
        await google.idToken({
          claims: { aud: [web, android], email: undefined, sub: null, x: 1 },
          header: { typ: undefined, kid: ["k1"], crit: ["b64"] },
        }),
      );
      expect(payload).toMatchObject({ aud: [web, android], sub: null, x: 1 });
      expect(payload).not.toHaveProperty("email");
      expect(header).toEqual({ alg: "RS256", kid: ["k1"], crit: ["b64"] });
    });

    it("then raw bytes are signed as they are", async () => {
      const rawPayload = Uint8Array.of(0x7b, 0xff, 0x00);
      const idToken = await google.idToken({ rawHeader: "{", rawPayload });
      const { header, input, signature } = bytes(idToken);
      expect(header).toBe("{");
      expect(idToken.split(".")[1]).toBe(
        Buffer.from(rawPayload).toString("base64url"),
      );
      const { publicKey } = google.keys.current;
      expect(verify("sha256", input, publicKey, signature)).toBe(true);
    });

    it("then an unknown account is an error", async () => {
      const account = "nobody" as "consumer";
      await expect(google.idToken({ account })).rejects.toThrow(
        'Unknown account "nobody"',
      );
    });
  });

  describe("when its signature is given", () => {
    it("then alg none has none", async () => {
      const idToken = await google.idToken({
        alg: "none",
        header: { alg: "nOnE" },
      });
      expect(idToken.endsWith(".")).toBe(true);
      expect(decode(idToken).header.alg).toBe("nOnE");
    });

    it("then HS256 is keyed with the secret", async () => {
      const secret = google.keys.current.certificatePem;
      const idToken = await google.idToken({ alg: "HS256", secret });
      const { input, signature } = bytes(idToken);
      expect(decode(idToken).header.alg).toBe("HS256");
      expect(signature).toEqual(
        createHmac("sha256", secret).update(input).digest(),
      );
      await expect(google.idToken({ alg: "HS256" })).rejects.toThrow(
        "needs a secret",
      );
    });

    it.each([
      ["RS384", "sha384"],
      ["RS512", "sha512"],
    ] as const)("then %s verifies", async (alg, digest) => {
      const { input, signature } = bytes(await google.idToken({ alg }));
      const { publicKey } = google.keys.current;
      expect(verify(digest, input, publicKey, signature)).toBe(true);
    });

    it("then PS256 verifies", async () => {
      const { input, signature } = bytes(
        await google.idToken({ alg: "PS256" }),
      );
      const key = { key: google.keys.current.publicKey, padding: 6 };
      expect(verify("sha256", input, key, signature)).toBe(true);
    });

    it("then signWith signs under the named key's id", async () => {
      const mine = await newSigningKey();
      const idToken = await google.idToken({ key: "next", signWith: mine });
      const { input, signature } = bytes(idToken);
      expect(decode(idToken).header.kid).toBe(google.keys.next.kid);
      expect(verify("sha256", input, mine.publicKey, signature)).toBe(true);
      const bare = { signWith: mine.privateKey };
      const second = bytes(await google.idToken(bare));
      expect(
        verify("sha256", second.input, mine.publicKey, second.signature),
      ).toBe(true);
    });

    it("then a custom key has its own id", async () => {
      const mine = await newSigningKey();
      const idToken = await google.idToken({ key: mine });
      expect(decode(idToken).header.kid).toBe(mine.kid);
    });
  });
});

describe("a service account's token", () => {
  describe("when it is minted for our client id", () => {
    it("then only azp and the address distinguish it", async () => {
      const { header, payload } = decode(await google.serviceAccountToken());
      expect(header.kid).toBe(google.keys.current.kid);
      expect(payload).toMatchObject({
        iss: "https://accounts.google.com",
        aud: web,
        azp: payload.sub,
        email_verified: true,
      });
      expect(payload.email).toMatch(/\.iam\.gserviceaccount\.com$/);
      expect(Number(payload.exp) - Number(payload.iat)).toBe(3600);
      expect(payload).not.toHaveProperty("name");
    });
  });
});

describe("a security event token", () => {
  describe("when it is minted for our client id", () => {
    it("then it is about an account and is not an ID token", async () => {
      const { payload } = decode(await google.securityEventToken());
      expect(payload).toMatchObject({
        iss: "https://accounts.google.com/",
        aud: web,
        events: {
          "https://schemas.openid.net/secevent/risc/event-type/sessions-revoked":
            {
              subject: {
                subject_type: "iss-sub",
                iss: "https://accounts.google.com/",
                sub: googleAccounts.consumer.sub,
              },
            },
        },
      });
      expect(payload).not.toHaveProperty("exp");
      expect(payload).not.toHaveProperty("sub");
    });

    it("then the event and the account are as given", async () => {
      const account = newAccount({ sub: `1${randomBytes(2).readUInt16BE()}` });
      const eventType =
        "https://schemas.openid.net/secevent/risc/event-type/account-disabled";
      const event = { reason: "hijacking" };
      const { payload } = decode(
        await google.securityEventToken({ account, eventType, event }),
      );
      expect(payload.events).toMatchObject({
        [eventType]: { reason: "hijacking", subject: { sub: account.sub } },
      });
    });
  });
});
