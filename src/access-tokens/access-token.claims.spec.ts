import { AuthError } from "../common/auth-error";
import { accessTokenKeyId, principalFromClaims } from "./access-token.claims";

const now = 1_763_700_000;
const goodHeader = { alg: "ES256", typ: "at+jwt", kid: "k1" };
const goodClaims = {
  iss: "https://auth.corp.example",
  aud: "https://api.corp.example",
  sub: "019aa0b5-1c00-7000-8000-000000000001",
  sid: "019aa0b5-1c00-7000-8000-000000000002",
  jti: "0b0e0d6a-6f0b-4f7e-9d0f-3a1f6b1d2c3e",
  client_id: "123-web.apps.googleusercontent.com",
  roles: ["editor"],
  scope: "user",
  auth_time: now - 100,
  iat: now,
  exp: now + 900,
};

function encode(content: string): string {
  return Buffer.from(content).toString("base64url");
}

function tokenOf(header: unknown): string {
  return `${encode(JSON.stringify(header))}.${encode("{}")}.${encode("sig")}`;
}

function refusalOf(act: () => unknown): AuthError {
  try {
    act();
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
  throw new Error("The token was accepted");
}

function expectRefusal(act: () => unknown, reason: string): void {
  const error = refusalOf(act);
  expect(error).toMatchObject({ code: "unauthenticated", reason });
  // Compares the whole message, so it cannot contain a part of the token.
  expect(error.message).toBe(`unauthenticated: ${reason}`);
  expect(error.cause).toBeUndefined();
}

describe("accessTokenKeyId", () => {
  describe("when the header is valid", () => {
    it.each(["at+jwt", "application/at+jwt"])(
      "reads the kid of a %s",
      (typ) => {
        expect(accessTokenKeyId(tokenOf({ ...goodHeader, typ }))).toBe("k1");
      },
    );

    it("accepts any of our algorithms; the key decides which one applies", () => {
      const header = { ...goodHeader, alg: "RS256" };
      expect(accessTokenKeyId(tokenOf(header))).toBe("k1");
    });

    it.each(["", "__proto__", "../../etc/passwd"])(
      "returns the kid %j unchanged",
      (kid) => {
        expect(accessTokenKeyId(tokenOf({ ...goodHeader, kid }))).toBe(kid);
      },
    );
  });

  describe("when the header is of another kind", () => {
    it.each(["none", "None", "HS256", "RS512", "ES384", "es256", "", null, 1])(
      "refuses alg %j",
      (alg) => {
        const token = tokenOf({ ...goodHeader, alg });
        expectRefusal(() => accessTokenKeyId(token), "malformed_token");
      },
    );

    it.each(["JWT", "jwt", "at+JWT ", "", null, 1, ["at+jwt"], undefined])(
      "refuses typ %j",
      (typ) => {
        const token = tokenOf({ ...goodHeader, typ });
        expectRefusal(() => accessTokenKeyId(token), "wrong_type");
      },
    );

    it.each([null, 1, ["k1"], {}, true, undefined])("refuses kid %j", (kid) => {
      const token = tokenOf({ ...goodHeader, kid });
      expectRefusal(() => accessTokenKeyId(token), "malformed_token");
    });

    it.each([["exp"], [], null])("refuses crit %j", (crit) => {
      const token = tokenOf({ ...goodHeader, crit });
      expectRefusal(() => accessTokenKeyId(token), "malformed_token");
    });

    it.each([null, [], "x", 1, ["ES256"]])(
      "refuses the header %j",
      (header) => {
        expectRefusal(
          () => accessTokenKeyId(tokenOf(header)),
          "malformed_token",
        );
      },
    );
  });

  describe("when it is not a compact JWS", () => {
    const good = tokenOf(goodHeader);
    it.each([
      ...["", "token", "..", `.${good}`, `${good}.`, `${good}.e30`],
      ...[good.slice(0, good.lastIndexOf(".")), `{}.${good}`, "a.b.c"],
      `${encode("{")}.e30.e30`,
      // A refresh token
      "v1.019aa0b5-1c00-7000-8000-000000000002.1.c2ln",
    ])("refuses %j", (token) => {
      expectRefusal(() => accessTokenKeyId(token), "malformed_token");
    });

    it("reads at most 8192 characters", () => {
      const longest = good.padEnd(8192, "A");
      expect(accessTokenKeyId(longest)).toBe("k1");
      expectRefusal(() => accessTokenKeyId(`${longest}A`), "malformed_token");
    });

    // Guards against accepting 16 encodings of one signature.
    it("refuses another encoding of the signature", () => {
      const [header, payload] = good.split(".");
      const withSignature = (signature: string) => () =>
        accessTokenKeyId(`${header}.${payload}.${signature}`);
      expect(withSignature("c2lnbg")()).toBe("k1");
      for (const signature of ["c2lnbh", "c2lnbg==", "c2lnbg\n", "c2lnb "]) {
        expectRefusal(withSignature(signature), "malformed_token");
      }
    });
  });
});

describe("principalFromClaims", () => {
  describe("when every claim is valid", () => {
    it("returns the principal, frozen", () => {
      const principal = principalFromClaims({ ...goodClaims, plan: "x" }, now);
      expect(principal).toEqual({
        userId: goodClaims.sub,
        sessionId: goodClaims.sid,
        clientId: goodClaims.client_id,
        roles: ["editor"],
        scopes: ["user"],
        tokenId: goodClaims.jti,
        authenticatedAt: now - 100,
        issuedAt: now,
        expiresAt: now + 900,
        confirmation: null,
        claims: { ...goodClaims, plan: "x" },
      });
      // It is cached and shared by requests.
      const { roles, scopes, claims } = principal;
      for (const part of [principal, roles, scopes, claims]) {
        expect(Object.isFrozen(part)).toBe(true);
      }
    });

    it.each([
      ["", []],
      ["user", ["user"]],
      [" user  admin ", ["user", "admin"]],
    ])("reads the scope %j as %j", (scope, scopes) => {
      const claims = { ...goodClaims, scope };
      expect(principalFromClaims(claims, now).scopes).toEqual(scopes);
    });

    it("reads the thumbprint of the key it is bound to", () => {
      const cnf = { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" };
      const { confirmation } = principalFromClaims({ ...goodClaims, cnf }, now);
      expect(confirmation).toEqual(cnf);
      expect(Object.isFrozen(confirmation)).toBe(true);
    });

    it("accepts at most one minute of clock skew", () => {
      const { issuedAt } = principalFromClaims(goodClaims, now - 60);
      expect(issuedAt).toBe(now);
      const early = () => principalFromClaims(goodClaims, now - 61);
      expectRefusal(early, "issued_in_future");
    });
  });

  describe("when a claim is missing or of another type", () => {
    const noTime = ["1763700000", 1763700000.5, null, [now], true, NaN];
    const noUuid = ["", "1", "' OR 1=1--", 1, null, [goodClaims.sub]];
    it.each<[string, unknown[]]>([
      ["sub", [...noUuid, goodClaims.sub.toUpperCase(), `${goodClaims.sub}\n`]],
      ["sid", noUuid],
      ["jti", [1, null, ["x"]]],
      ["client_id", [1, null, ["x"]]],
      ["roles", ["editor", null, { 0: "editor" }, [1], ["editor", null]]],
      ["scope", [["user"], null, 1]],
      ["auth_time", noTime],
      ["iat", noTime],
      ["exp", noTime],
    ])("refuses another %s", (name, values) => {
      for (const value of [...values, undefined]) {
        const claims = { ...goodClaims, [name]: value };
        expectRefusal(() => principalFromClaims(claims, now), "claims_invalid");
      }
    });

    // Ignoring an unknown confirmation would turn the token into a bearer
    // token.
    const jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    it.each([
      ...[null, "", jkt, [jkt], [], {}, { jkt: null }, { jkt: "" }, { jkt: 1 }],
      ...[{ jkt: `${jkt}A` }, { jkt: jkt.slice(1) }, { jkt: `${jkt}\n` }],
      ...[{ "x5t#S256": jkt }, { jkt, "x5t#S256": jkt }, { jwk: {} }],
    ])("refuses the confirmation %j", (cnf) => {
      const claims = { ...goodClaims, cnf };
      expectRefusal(() => principalFromClaims(claims, now), "claims_invalid");
    });

    it.each([null, undefined, "x", 1, [], [goodClaims]])(
      "refuses %j as claims",
      (claims) => {
        expectRefusal(() => principalFromClaims(claims, now), "claims_invalid");
      },
    );
  });
});
