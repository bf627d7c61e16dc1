import { readEnvironment } from "./read-environment";
import { serviceSettings, settingsOf } from "./settings";

function settingsWith(changes: Readonly<Record<string, string>> = {}) {
  const environment = readEnvironment({
    DATABASE_URL: "postgresql://127.0.0.1/app",
    GOOGLE_CLIENT_IDS: "12345678-web.x,ios=12345678-ios.x",
    SECRET_KEY: "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
    ...changes,
  });
  return {
    ...settingsOf(environment),
    service: serviceSettings(environment),
  };
}

describe("settingsOf", () => {
  describe("when it runs in development", () => {
    it("listens on this machine only, with the docs on", () => {
      expect(settingsWith().service).toEqual({
        production: false,
        host: "127.0.0.1",
        port: 3000,
        keepAliveSeconds: 75,
        shutdownDelaySeconds: 0,
        publicUrl: "http://localhost:3000",
        logLevel: "info",
        docs: true,
        corsOrigins: [],
        trustedProxies: [],
      });
    });

    it("derives the public URL from the port", () => {
      const { publicUrl } = settingsWith({ PORT: "8080" }).service;
      expect(publicUrl).toBe("http://localhost:8080");
    });
  });

  describe("when it runs in production", () => {
    const production = {
      NODE_ENV: "production",
      PUBLIC_URL: "https://auth.corp.example",
    };

    it("listens on all interfaces, with the docs off", () => {
      expect(settingsWith(production).service).toMatchObject({
        production: true,
        host: "0.0.0.0",
        publicUrl: "https://auth.corp.example",
        docs: false,
        shutdownDelaySeconds: 5,
      });
    });

    it("still respects HOST and DOCS", () => {
      const changes = { ...production, HOST: "::1", DOCS: "on" };
      const { host, docs } = settingsWith(changes).service;
      expect([host, docs]).toEqual(["::1", true]);
    });
  });

  describe("when the settings of the modules are derived", () => {
    it("separates labels from client ids", () => {
      expect(settingsWith().identity).toEqual({
        clients: [
          { id: "12345678-web.x", label: null },
          { id: "12345678-ios.x", label: "ios" },
        ],
        certsUrl: "https://www.googleapis.com/oauth2/v1/certs",
        clockSkewSeconds: 60,
        codeExchange: null,
        verifyTokenProviders: [],
      });
    });

    it("admits every account with a verified address to sign-in and sign-up", () => {
      expect(settingsWith().auth).toEqual({
        signUp: "open",
        refreshCookie: { isOn: false, sameSite: "strict", isSecure: false },
        requireVerifiedEmail: true,
        hostedDomains: [],
        allowedOrigins: ["http://localhost:3000"],
        oneTime: { nonce: "optional", idToken: "reusable" },
        redirect: null,
        tokeninfo: null,
      });
    });

    it("restricts sign-in as configured", () => {
      const auth = settingsWith({
        SIGN_UP: "closed",
        REQUIRE_VERIFIED_EMAIL: "off",
        GOOGLE_HOSTED_DOMAINS: "corp.example, other.example",
        GOOGLE_NONCE: "required",
        GOOGLE_ID_TOKEN_USE: "once",
      }).auth;
      expect(auth).toEqual({
        signUp: "closed",
        refreshCookie: { isOn: false, sameSite: "strict", isSecure: false },
        requireVerifiedEmail: false,
        hostedDomains: ["corp.example", "other.example"],
        allowedOrigins: ["http://localhost:3000"],
        oneTime: { nonce: "required", idToken: "once" },
        redirect: null,
        tokeninfo: null,
      });
    });

    it("issues tokens with the public URL as issuer", () => {
      expect(settingsWith().accessTokens).toEqual({
        issuer: "http://localhost:3000",
        audience: "http://localhost:3000",
        accessTokenTtlSeconds: 900,
      });
    });

    it("signs with keys in the database, without DPoP", () => {
      const { signingKeys, dpop } = settingsWith();
      expect(signingKeys).toEqual({
        secretKey: "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
        previousSecretKey: null,
        rotationDays: 30,
        signingKeyPem: null,
        previousSigningKeyPem: null,
      });
      expect(dpop).toEqual({
        use: "off",
        nonce: "optional",
        publicUrl: "http://localhost:3000",
        secretKey: null,
      });
    });

    it.each([
      ["7", 7],
      ["off", null],
      ["OFF", null],
    ])("replaces the signing key after %s days: %j", (value, days) => {
      const changes = { SIGNING_KEY_ROTATION_DAYS: value };
      expect(settingsWith(changes).signingKeys.rotationDays).toBe(days);
    });

    it("uses the configured audience for tokens", () => {
      const changes = { ACCESS_TOKEN_AUDIENCE: "https://api.corp.example" };
      const { issuer, audience } = settingsWith(changes).accessTokens;
      expect(issuer).toBe("http://localhost:3000");
      expect(audience).toBe("https://api.corp.example");
    });

    it("admits sign-ins from its own origin and CORS_ORIGINS", () => {
      const settings = settingsWith({
        PUBLIC_URL: "https://auth.corp.example",
        CORS_ORIGINS: "https://app.corp.example, tauri://localhost",
      });
      const others = ["https://app.corp.example", "tauri://localhost"];
      expect(settings.service.corsOrigins).toEqual(others);
      expect(settings.auth.allowedOrigins).toEqual([
        "https://auth.corp.example",
        ...others,
      ]);
    });

    it("limits sign-ins in memory by default, and as configured", () => {
      expect(settingsWith().rateLimits).toEqual({
        limits: {
          signIn: { count: 300, seconds: 60 },
          signInFailures: { count: 30, seconds: 60 },
          refresh: { count: 300, seconds: 60 },
          nonce: { count: 300, seconds: 60 },
          verifyToken: { count: 3000, seconds: 60 },
        },
        store: "memory",
      });
      const changes = {
        RATE_LIMIT_SIGN_IN: "7/1",
        RATE_LIMIT_SIGN_IN_FAILURES: "off",
        RATE_LIMIT_STORE: "postgres",
      };
      expect(settingsWith(changes).rateLimits).toEqual({
        limits: {
          signIn: { count: 7, seconds: 1 },
          signInFailures: "off",
          refresh: { count: 300, seconds: 60 },
          nonce: { count: 300, seconds: 60 },
          verifyToken: { count: 3000, seconds: 60 },
        },
        store: "postgres",
      });
    });

    it("passes on the database and the session lifetimes", () => {
      const changes = {
        DATABASE_POOL_SIZE: "3",
        DATABASE_SSL: "on",
        SESSION_IDLE_TTL_SECONDS: "60",
        SESSION_MAX_TTL_SECONDS: "120",
      };
      const settings = settingsWith(changes);
      expect(settings.database).toEqual({
        url: "postgresql://127.0.0.1/app",
        poolSize: 3,
        ssl: true,
      });
      expect(settings.sessions).toMatchObject({
        idleTtlSeconds: 60,
        maxTtlSeconds: 120,
      });
    });

    it("freezes all of them, including lists", () => {
      const settings = settingsWith();
      for (const slice of Object.values(settings)) {
        expect(Object.isFrozen(slice)).toBe(true);
      }
      expect(Object.isFrozen(settings.identity.clients)).toBe(true);
      expect(Object.isFrozen(settings.auth.hostedDomains)).toBe(true);
      expect(Object.isFrozen(settings.auth.allowedOrigins)).toBe(true);
      expect(Object.isFrozen(settings.service.trustedProxies)).toBe(true);
      expect(Object.isFrozen(settings.rateLimits.limits)).toBe(true);
      expect(Object.isFrozen(settings.rateLimits.limits.signIn)).toBe(true);
    });

    it("passes the secret only to the modules that need it", () => {
      const previous = "n0Wb4Yq2RzT6uKc8XpE1sVh5LgM7jDaF";
      const { signingKeys, sessions, ...others } = settingsWith({
        SECRET_KEY_PREVIOUS: previous,
      });
      const { secretKey } = signingKeys;
      const secrets = { secretKey, previousSecretKey: previous };
      expect(signingKeys).toMatchObject(secrets);
      expect(sessions).toMatchObject(secrets);
      for (const slice of Object.values(others)) {
        const shown = JSON.stringify(slice);
        expect(shown).not.toContain(secretKey);
        expect(shown).not.toContain(previous);
      }
    });
  });
});
