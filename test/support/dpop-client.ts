import {
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomUUID,
  sign,
} from "node:crypto";

type Part = Readonly<Record<string, unknown>>;

/** The target of a proof, and its differences from a valid one. */
export interface ProofOrder {
  readonly method?: string;
  readonly url: string;
  /** The access token that it is sent with. */
  readonly token?: string;
  readonly nonce?: string;
  /** Seconds since 1970; now by default. */
  readonly issuedAt?: number;
  /** Override the usual claims; undefined removes one. */
  readonly claims?: Part;
  /** Override the usual header; undefined removes a member. */
  readonly header?: Part;
  /** Signs instead of this client. */
  readonly signWith?: DpopClient;
}

const kinds = {
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  EdDSA: () => generateKeyPairSync("ed25519"),
};

/** A client with its own key that makes valid and invalid proofs (RFC 9449). */
export class DpopClient {
  readonly jwk: Part;
  readonly privateKey: KeyObject;

  constructor(readonly alg: keyof typeof kinds = "ES256") {
    const { publicKey, privateKey } = kinds[alg]();
    this.privateKey = privateKey;
    this.jwk = { ...publicKey.export({ format: "jwk" }) };
  }

  /** RFC 7638, implemented independently to check the product's. */
  get thumbprint(): string {
    const { kty, crv, x, y, e, n } = this.jwk;
    const required = { crv, e, kty, n, x, y };
    return hash("sha256", JSON.stringify(required), "base64url");
  }

  proof(order: ProofOrder): string {
    const header = {
      typ: "dpop+jwt",
      alg: this.alg,
      jwk: this.jwk,
      ...order.header,
    };
    const claims = {
      jti: randomUUID(),
      htm: order.method ?? "POST",
      htu: order.url,
      iat: order.issuedAt ?? Math.floor(Date.now() / 1000),
      nonce: order.nonce,
      ath: order.token && hash("sha256", order.token, "base64url"),
      ...order.claims,
    };
    return (order.signWith ?? this).signed(
      JSON.stringify(header),
      JSON.stringify(claims),
    );
  }

  /** Any header and payload, signed with this key. */
  signed(header: string, payload: string): string {
    const encode = (part: string | Buffer) =>
      Buffer.from(part).toString("base64url");
    const input = `${encode(header)}.${encode(payload)}`;
    const signature = sign(
      this.alg === "EdDSA" ? null : "sha256",
      Buffer.from(input),
      { key: this.privateKey, dsaEncoding: "ieee-p1363" },
    );
    return `${input}.${encode(signature)}`;
  }
}
