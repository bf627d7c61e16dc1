import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { type Person, person } from "./support/calls";
import { Front } from "./support/front";
import { ResourceApp } from "./support/resource-app";

const jwksPath = "/.well-known/jwks.json";

type Json = Record<string, unknown>;

const newRsa = (modulusLength: number) =>
  generateKeyPairSync("rsa", { modulusLength }).privateKey;
const pemOf = (key: KeyObject) =>
  key.export({ type: "pkcs8", format: "pem" }).toString();

describe("another application, whose issuer signs with an RSA key", () => {
  const rsa = newRsa(2048);
  const rsaPublic = createPublicKey(rsa);
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  let google: GoogleEmulator;
  let front: Front;
  let service: TestService;
  let somebody: Person;
  /** The issuer's JWKS. */
  let published: Json[];

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    front = await Front.start();
    service = await TestService.start(google, {
      env: {
        PUBLIC_URL: front.url,
        SIGNING_KEY_PEM: pemOf(rsa),
        SIGNING_KEY_PEM_PREVIOUS: pemOf(ec),
      },
    });
    front.leadsTo(service.url);
    somebody = await person(service, google);
    const answer = await service.fetch(jwksPath);
    published = ((await answer.json()) as { keys: Json[] }).keys;
  });

  afterEach(() => front.clearAnswers());

  afterAll(async () => {
    await service.stop();
    await front[Symbol.asyncDispose]();
    await google.stop();
  });

  const kidOf = (kty: string) =>
    String(published.find((key) => key.kty === kty)?.kid);

  /** Makes the issuer publish exactly these keys. */
  const publish = (keys: Json[]) => {
    front.answer(jwksPath, (_request, response) => {
      response.end(JSON.stringify({ keys }));
    });
  };

  /** A token with valid claims, and with this header and signature. */
  const forged = (header: Json, signer: (input: Buffer) => Buffer) => {
    const [, payload = ""] = somebody.accessToken.split(".");
    const text = JSON.stringify({ typ: "at+jwt", ...header });
    const input = `${Buffer.from(text).toString("base64url")}.${payload}`;
    return `${input}.${signer(Buffer.from(input)).toString("base64url")}`;
  };
  const signedBy = (key: KeyObject) => (input: Buffer) =>
    sign("sha256", input, { key, dsaEncoding: "ieee-p1363" });
  const hmacBy = (secret: string | Buffer) => (input: Buffer) =>
    createHmac("sha256", secret).update(input).digest();

  const start = () =>
    ResourceApp.start({ issuer: front.url, showReasons: true });
  const refusal = async (app: ResourceApp, token: string) => {
    const { status, body } = await app.bearer(token);
    return status === 200 ? "none" : `${status} ${String(body.reason)}`;
  };

  it("accepts its tokens, and those of the previous elliptic key", async () => {
    await using app = await start();
    const answer = await app.bearer(somebody.accessToken);
    expect([answer.status, answer.body]).toEqual([
      200,
      { userId: somebody.id, roles: [] },
    ]);
    const header = { alg: "ES256", kid: kidOf("EC") };
    expect(await refusal(app, forged(header, signedBy(ec)))).toBe("none");
  });

  it.each<[string, (input: Buffer) => Buffer]>([
    ["as PEM", hmacBy(rsaPublic.export({ type: "spki", format: "pem" }))],
    ["as PKCS#1", hmacBy(rsaPublic.export({ type: "pkcs1", format: "pem" }))],
    ["as DER", hmacBy(rsaPublic.export({ type: "spki", format: "der" }))],
    ["as JWK", hmacBy(JSON.stringify(rsaPublic.export({ format: "jwk" })))],
  ])(
    "refuses HS256 with the public key %s as the secret",
    async (_how, signer) => {
      await using app = await start();
      for (const alg of ["HS256", "hs256"]) {
        const token = forged({ alg, kid: kidOf("RSA") }, signer);
        expect(await refusal(app, token)).toBe("401 malformed_token");
      }
      // Also with the key's own algorithm in the header.
      const token = forged({ alg: "RS256", kid: kidOf("RSA") }, signer);
      expect(await refusal(app, token)).toBe("401 not_accepted");
    },
  );

  it.each<[string, string, string, KeyObject, string]>([
    ["ES256 by the RSA key", "ES256", "RSA", rsa, "not_accepted"],
    ["ES256 with the RSA key's id", "ES256", "RSA", ec, "not_accepted"],
    ["RS256 by the elliptic key", "RS256", "EC", ec, "not_accepted"],
    ["RS256 with the elliptic key's id", "RS256", "EC", rsa, "not_accepted"],
    ["RS512", "RS512", "RSA", rsa, "malformed_token"],
    ["PS256", "PS256", "RSA", rsa, "malformed_token"],
    ["no algorithm", "none", "RSA", rsa, "malformed_token"],
    ["RS256 by an unknown key", "RS256", "RSA", newRsa(2048), "not_accepted"],
  ])("refuses %s", async (_what, alg, kty, key, reason) => {
    await using app = await start();
    const token = forged({ alg, kid: kidOf(kty) }, signedBy(key));
    expect(await refusal(app, token)).toBe(`401 ${reason}`);
  });

  it("ignores keys in the token's header", async () => {
    await using app = await start();
    const stranger = newRsa(2048);
    const jwk = createPublicKey(stranger).export({ format: "jwk" });
    const header = { alg: "RS256", kid: "mine", jwk, jku: front.url };
    const token = forged(header, signedBy(stranger));
    expect(await refusal(app, token)).toBe("401 unknown_key");
  });

  it.each<[string, KeyObject, Json]>([
    ["of 1024 bits", newRsa(1024), {}],
    ["for encryption", newRsa(2048), { use: "enc" }],
    ["for another algorithm", newRsa(2048), { alg: "RS512" }],
  ])("ignores a published key %s", async (_what, key, members) => {
    const jwk = createPublicKey(key).export({ format: "jwk" });
    const odd = { ...jwk, kid: "odd", alg: "RS256", use: "sig", ...members };
    publish([odd, ...published]);
    await using app = await start();
    const token = forged({ alg: "RS256", kid: "odd" }, signedBy(key));
    expect(await refusal(app, token)).toBe("401 unknown_key");
    expect(await refusal(app, somebody.accessToken)).toBe("none");
  });

  it("reads only the public members of a published key", async () => {
    const whole = { ...rsa.export({ format: "jwk" }), kid: kidOf("RSA") };
    publish([{ ...whole, d: "not even a number" }]);
    await using app = await start();
    expect(await refusal(app, somebody.accessToken)).toBe("none");
  });

  it("is 503 if all published keys are too weak", async () => {
    const weak = createPublicKey(newRsa(1024)).export({ format: "jwk" });
    publish([{ ...weak, kid: kidOf("RSA") }]);
    await using app = await start();
    const { status, body } = await app.bearer(somebody.accessToken);
    expect([status, body.code]).toEqual([503, "service_unavailable"]);
  });
});
