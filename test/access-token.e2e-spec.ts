import {
  createHmac,
  createPublicKey,
  createVerify,
  type JsonWebKey,
} from "node:crypto";
import { SigningKeys } from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { TestService } from "../src/testing/test-service";
import { getWithToken, signIn } from "./support/requests";
import { query } from "./support/rows";
import { useService } from "./support/use-service";

function partsOf(token: string) {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const decode = (segment: string) =>
    JSON.parse(Buffer.from(segment, "base64url").toString()) as Record<
      string,
      unknown
    >;
  return {
    header: decode(header),
    claims: decode(payload),
    signature,
    input: `${header}.${payload}`,
  };
}

const encode = (value: unknown) =>
  Buffer.from(JSON.stringify(value)).toString("base64url");

describe("this service's access tokens", () => {
  const site = useService();
  let idToken: string;
  let signedIn: Awaited<ReturnType<typeof signIn>>;

  beforeAll(async () => {
    idToken = await site.google.idToken();
    signedIn = await signIn(site.service, idToken);
  });

  it("are RFC 9068 tokens that the published keys verify", async () => {
    const { header, claims, signature, input } = partsOf(signedIn.accessToken);
    expect(header).toEqual({
      alg: "ES256",
      typ: "at+jwt",
      kid: expect.any(String) as string,
    });
    expect(claims).toEqual({
      iss: "https://service.example",
      aud: "https://service.example",
      sub: signedIn.user.id,
      sid: signedIn.body.sessionId,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      iat: expect.any(Number) as number,
      exp: Number(claims.iat) + 900,
      auth_time: expect.any(Number) as number,
      client_id: site.google.clientIds[0],
      roles: [],
      scope: "user",
    });
    const answer = await getWithToken(site.service, "/.well-known/jwks.json");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
    // The current key and the next one.
    const keys = answer.body.keys as (JsonWebKey & { kid: string })[];
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual([
        "alg",
        "crv",
        "kid",
        "kty",
        "use",
        "x",
        "y",
      ]);
    }
    const key = keys.find(({ kid }) => kid === header.kid);
    const verified = createVerify("sha256")
      .update(input)
      .verify(
        {
          key: createPublicKey({ key: key ?? {}, format: "jwk" }),
          dsaEncoding: "ieee-p1363",
        },
        Buffer.from(signature, "base64url"),
      );
    expect(verified).toBe(true);
  });

  describe("are refused when", () => {
    const forgeries: [string, () => string | Promise<string>][] = [
      ["it is a Google ID token", () => idToken],
      ["it is a security event token", () => site.google.securityEventToken()],
      ["it is a refresh token", () => String(signedIn.body.refreshToken)],
      ["it is not a JWT", () => "garbage"],
      [
        "the algorithm is none",
        () => {
          const { claims } = partsOf(signedIn.accessToken);
          return `${encode({ alg: "none", typ: "at+jwt" })}.${encode(claims)}.`;
        },
      ],
      [
        "it is signed by HMAC with the public key as the secret",
        () => {
          const { header, claims } = partsOf(signedIn.accessToken);
          const [jwk] = site.service.app.get(SigningKeys).published();
          const pem = createPublicKey({ key: jwk ?? {}, format: "jwk" }).export(
            {
              format: "pem",
              type: "spki",
            },
          );
          const input = `${encode({ ...header, alg: "HS256" })}.${encode(claims)}`;
          const mac = createHmac("sha256", pem)
            .update(input)
            .digest("base64url");
          return `${input}.${mac}`;
        },
      ],
      [
        "a claim was changed",
        () => {
          const { claims, signature } = partsOf(signedIn.accessToken);
          const [header] = signedIn.accessToken.split(".");
          return `${header}.${encode({ ...claims, roles: ["admin"] })}.${signature}`;
        },
      ],
      [
        "the signature belongs to another token",
        async () => {
          const other = await signIn(site.service, await site.google.idToken());
          const [header, payload] = signedIn.accessToken.split(".");
          return [header, payload, other.accessToken.split(".")[2]].join(".");
        },
      ],
      ["it is 20 kB", () => "a".repeat(12_000)],
    ];

    it.each(forgeries)("%s", async (_name, forge) => {
      const answer = await getWithToken(
        site.service,
        "/users/me",
        await forge(),
      );
      expect(answer.status).toBe(401);
      expect(answer.body.code).toBe("unauthenticated");
      expect(answer.headers.get("www-authenticate")).toBe(
        'Bearer error="invalid_token"',
      );
    });

    it("another scheme or an empty header counts as no token", async () => {
      for (const authorization of [
        "",
        "Bearer",
        "Basic YTpi",
        `Token ${signedIn.accessToken}`,
      ]) {
        const response = await site.service.fetch("/users/me", {
          headers: { authorization },
        });
        expect(response.status).toBe(401);
      }
    });

    it("the scheme is case-insensitive", async () => {
      const response = await site.service.fetch("/users/me", {
        headers: { authorization: `bEARER ${signedIn.accessToken}` },
      });
      expect(response.status).toBe(200);
    });

    it("a token in both the header and the query is 400", async () => {
      const answer = await getWithToken(
        site.service,
        `/users/me?access_token=${signedIn.accessToken}`,
        signedIn.accessToken,
      );
      expect(answer.status).toBe(400);
      const inQuery = await getWithToken(
        site.service,
        `/users/me?access_token=${signedIn.accessToken}`,
      );
      expect(inQuery.status).toBe(401);
      expect(site.service.logLines.join("")).not.toContain(
        signedIn.accessToken.split(".")[2],
      );
    });

    it("the user is deleted or disabled", async () => {
      const account = newAccount();
      const { user, accessToken } = await signIn(
        site.service,
        await site.google.idToken({ account }),
      );
      await query(
        site.service,
        "UPDATE google_auth.users SET status = 'disabled' WHERE id = $1",
        [user.id],
      );
      const disabled = await getWithToken(
        site.service,
        "/users/me",
        accessToken,
      );
      expect([disabled.status, disabled.body.code]).toEqual([
        403,
        "account_disabled",
      ]);
      await query(site.service, "DELETE FROM google_auth.users WHERE id = $1", [
        user.id,
      ]);
      const gone = await getWithToken(site.service, "/users/me", accessToken);
      expect([gone.status, gone.body.code]).toEqual([401, "unauthenticated"]);
    });
  });

  it("of one instance are valid on another, and after a restart", async () => {
    const other = await TestService.start(site.google, {
      database: site.service.database,
    });
    try {
      const me = await getWithToken(other, "/users/me", signedIn.accessToken);
      expect(me.status).toBe(200);
    } finally {
      await other.stop();
    }
  });

  it("instances that start together agree on one key", async () => {
    const first = await TestService.start(site.google, { controllers: [] });
    try {
      await query(first, "DELETE FROM google_auth.signing_keys");
      const others = await Promise.all(
        Array.from({ length: 4 }, () =>
          TestService.start(site.google, { database: first.database }),
        ),
      );
      const kids = others.map(
        (other) => other.app.get(SigningKeys).current().kid,
      );
      await Promise.all(others.map((other) => other.stop()));
      expect(new Set(kids).size).toBe(1);
    } finally {
      await first.stop();
    }
  });

  it("a start with another SECRET_KEY fails and names the cause", async () => {
    await expect(
      TestService.start(site.google, {
        database: site.service.database,
        env: { SECRET_KEY: "quite another one: 0a9b8c7d6e5f4a3b2c" },
      }),
    ).rejects.toThrow("encrypted under another SECRET_KEY");
  });
});
