import { createPublicKey, verify, X509Certificate } from "node:crypto";
import { GoogleEmulator } from "./emulator";
import { googlePaths } from "./emulator.routes";

type Json = Record<string, unknown>;

let google: GoogleEmulator;

beforeEach(async () => {
  google = await GoogleEmulator.start();
});

afterEach(() => google.stop());

async function getJson<T = Json>(path: string): Promise<T> {
  const response = await fetch(google.url + path);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

function parts(token: string) {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return {
    header: JSON.parse(Buffer.from(header, "base64url").toString()) as Json,
    payload: JSON.parse(Buffer.from(payload, "base64url").toString()) as Json,
    input: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, "base64url"),
  };
}

function kidOf(token: string): string {
  return String(parts(token).header.kid);
}

async function publishedKids(): Promise<string[]> {
  return Object.keys(await getJson(googlePaths.certs));
}

describe("Google's keys", () => {
  describe("when a token's key is looked up in /oauth2/v1/certs", () => {
    it("then its certificate verifies the signature", async () => {
      const { header, input, signature } = parts(await google.idToken());
      const certs = await getJson<Record<string, string>>("/oauth2/v1/certs");
      const certificate = new X509Certificate(certs[String(header.kid)] ?? "");
      const { publicKey } = certificate;
      expect(verify("sha256", input, publicKey, signature)).toBe(true);
      input[input.length - 1]! ^= 1;
      expect(verify("sha256", input, publicKey, signature)).toBe(false);
    });

    it("then the certificate is valid and self-signed", () => {
      const { certificatePem, publicKey } = google.keys.current;
      const certificate = new X509Certificate(certificatePem);
      expect(certificate.verify(publicKey)).toBe(true);
      expect(certificate.ca).toBe(false);
      expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now());
      expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now());
    });
  });

  describe("when a token's key is looked up in /oauth2/v3/certs", () => {
    it("then its JWK verifies the signature", async () => {
      const { header, input, signature } = parts(await google.idToken());
      const { keys } = await getJson<{ keys: Json[] }>("/oauth2/v3/certs");
      const jwk = keys.find((key) => key.kid === header.kid);
      expect(jwk).toMatchObject({ kty: "RSA", alg: "RS256", use: "sig" });
      const key = createPublicKey({ key: jwk ?? {}, format: "jwk" });
      expect(verify("sha256", input, key, signature)).toBe(true);
    });
  });

  describe("when nothing has been rotated", () => {
    it("then both endpoints list current and next, with ids of 40 hex digits", async () => {
      const { current, next } = google.keys;
      const { keys } = await getJson<{ keys: Json[] }>("/oauth2/v3/certs");
      expect(keys.map((key) => key.kid)).toEqual([current.kid, next.kid]);
      expect(await publishedKids()).toEqual([current.kid, next.kid]);
      expect(current.kid).toMatch(/^[0-9a-f]{40}$/);
    });

    it("then there is no previous key", async () => {
      await expect(google.idToken({ key: "previous" })).rejects.toThrow(
        "no previous key before the first rotation",
      );
    });
  });

  describe("when keys are rotated", () => {
    it("then next signs, a new next is published, previous remains", async () => {
      const { current, next } = google.keys;
      await google.rotateKeys();
      expect(kidOf(await google.idToken())).toBe(next.kid);
      expect(kidOf(await google.idToken({ key: "previous" }))).toBe(
        current.kid,
      );
      const kids = await publishedKids();
      expect(kids).toEqual([next.kid, google.keys.next.kid, current.kid]);
      expect(new Set(kids).size).toBe(3);
    });

    it("then a second rotation withdraws the oldest key", async () => {
      const { current, next } = google.keys;
      await google.rotateKeys();
      await google.rotateKeys();
      const kids = await publishedKids();
      expect(kids).not.toContain(current.kid);
      expect(kids).toContain(next.kid);
    });

    it("then dropPrevious withdraws the old key immediately", async () => {
      const old = google.keys.current;
      await google.rotateKeys({ dropPrevious: true });
      expect(await publishedKids()).toHaveLength(2);
      expect(await publishedKids()).not.toContain(old.kid);
    });

    it("then unannounced signs with a key that was not listed before", async () => {
      const before = await publishedKids();
      await google.rotateKeys({ unannounced: true });
      const idToken = await google.idToken();
      expect(before).not.toContain(kidOf(idToken));
      expect(await publishedKids()).toEqual(
        expect.arrayContaining([...before, kidOf(idToken)]),
      );
    });
  });

  describe("when a key is retired", () => {
    it("then it is not listed but can still sign", async () => {
      google.retireKey(google.keys.current.kid);
      const idToken = await google.idToken();
      expect(await publishedKids()).toEqual([google.keys.next.kid]);
      expect(await publishedKids()).not.toContain(kidOf(idToken));
    });

    it("then an unknown id is an error", () => {
      expect(() => google.retireKey("f00")).toThrow("No published key");
    });
  });

  describe("when several emulators run, concurrently or in sequence", () => {
    it("then key ids are unique, and only key pairs of stopped ones are reused", async () => {
      const other = await GoogleEmulator.start();
      const pairs = ({ keys }: GoogleEmulator) =>
        keys.published.map(({ jwk }) => jwk.n);
      expect(pairs(google).filter((n) => pairs(other).includes(n))).toEqual([]);
      const [kids, left] = [other.keys.published, pairs(other)];
      await other.stop();
      await other.stop();
      await using next = await GoogleEmulator.start();
      expect(pairs(next).sort()).toEqual(left.sort());
      const ids = next.keys.published.map(({ kid }) => kid);
      expect(kids.filter(({ kid }) => ids.includes(kid))).toEqual([]);
    });
  });
});
