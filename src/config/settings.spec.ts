import { readEnvironment } from "./read-environment";
import { settingsOf } from "./settings";

function settingsWith(changes: Readonly<Record<string, string>> = {}) {
  return settingsOf(
    readEnvironment({
      DATABASE_URL: "postgresql://db.internal/app",
      GOOGLE_CLIENT_IDS: "12345678-web.x,ios=12345678-ios.x",
      SECRET_KEY: "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
      ...changes,
    }),
  );
}

describe("settingsOf", () => {
  describe("when it runs in development", () => {
    it("listens on this machine only, with the docs on", () => {
      expect(settingsWith().service()).toEqual({
        production: false,
        host: "127.0.0.1",
        port: 3000,
        publicUrl: "http://localhost:3000",
        logLevel: "info",
        docs: true,
      });
    });

    it("takes the address from the port", () => {
      const { publicUrl } = settingsWith({ PORT: "8080" }).service();
      expect(publicUrl).toBe("http://localhost:8080");
    });
  });

  describe("when it runs in production", () => {
    const production = {
      NODE_ENV: "production",
      PUBLIC_URL: "https://auth.corp.example",
    };

    it("listens everywhere, with the docs off", () => {
      expect(settingsWith(production).service()).toMatchObject({
        production: true,
        host: "0.0.0.0",
        publicUrl: "https://auth.corp.example",
        docs: false,
      });
    });

    it("obeys HOST and DOCS all the same", () => {
      const changes = { ...production, HOST: "::1", DOCS: "on" };
      const { host, docs } = settingsWith(changes).service();
      expect([host, docs]).toEqual(["::1", true]);
    });
  });

  describe("when the slices are made", () => {
    it("splits labels from client ids", () => {
      expect(settingsWith().identity()).toEqual({
        clients: [
          { id: "12345678-web.x", label: null },
          { id: "12345678-ios.x", label: "ios" },
        ],
        certsUrl: "https://www.googleapis.com/oauth2/v1/certs",
        clockSkewSeconds: 60,
      });
    });

    it("lets anybody with a verified address sign in and up", () => {
      expect(settingsWith().auth()).toEqual({
        signUp: "open",
        requireVerifiedEmail: true,
        hostedDomains: [],
      });
    });

    it("narrows that as configured", () => {
      const auth = settingsWith({
        SIGN_UP: "closed",
        REQUIRE_VERIFIED_EMAIL: "off",
        GOOGLE_HOSTED_DOMAINS: "corp.example, other.example",
      }).auth();
      expect(auth).toEqual({
        signUp: "closed",
        requireVerifiedEmail: false,
        hostedDomains: ["corp.example", "other.example"],
      });
    });

    it("issues tokens in the name of the public address", () => {
      expect(settingsWith().tokens()).toEqual({
        issuer: "http://localhost:3000",
        audience: "http://localhost:3000",
        accessTokenTtlSeconds: 900,
        secretKey: "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
      });
    });

    it("gives the tokens another audience when told to", () => {
      const changes = { ACCESS_TOKEN_AUDIENCE: "https://api.corp.example" };
      const { issuer, audience } = settingsWith(changes).tokens();
      expect(issuer).toBe("http://localhost:3000");
      expect(audience).toBe("https://api.corp.example");
    });

    it("passes the database and the session lives on", () => {
      const changes = {
        DATABASE_POOL_SIZE: "3",
        DATABASE_SSL: "on",
        SESSION_IDLE_TTL_SECONDS: "60",
        SESSION_MAX_TTL_SECONDS: "120",
      };
      const settings = settingsWith(changes);
      expect(settings.database()).toEqual({
        url: "postgresql://db.internal/app",
        poolSize: 3,
        ssl: true,
      });
      expect(settings.sessions()).toMatchObject({
        idleTtlSeconds: 60,
        maxTtlSeconds: 120,
      });
    });

    it("freezes every one of them, lists included", () => {
      const settings = settingsWith();
      for (const slice of Object.values(settings)) {
        expect(Object.isFrozen(slice())).toBe(true);
      }
      expect(Object.isFrozen(settings.identity().clients)).toBe(true);
      expect(Object.isFrozen(settings.auth().hostedDomains)).toBe(true);
    });

    it("shows the secret to no slice that has no use for it", () => {
      const { tokens, sessions, ...others } = settingsWith();
      expect(tokens().secretKey).toBe(sessions().secretKey);
      for (const slice of Object.values(others)) {
        expect(JSON.stringify(slice())).not.toContain(tokens().secretKey);
      }
    });
  });
});
