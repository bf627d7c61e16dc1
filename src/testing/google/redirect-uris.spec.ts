import { parametersOf } from "../../../test/support/emulator-app";
import { GoogleEmulator } from "./emulator";
import { googlePaths } from "./emulator.routes";

const REGISTERED = "https://app.example/callback";

let google: GoogleEmulator;
let strict: GoogleEmulator;

beforeAll(async () => {
  [google, strict] = await Promise.all([
    GoogleEmulator.start(),
    GoogleEmulator.start({ redirectUris: [REGISTERED] }),
  ]);
});

afterAll(() => Promise.all([google.stop(), strict.stop()]));

/** Signs in with this redirect URI; returns the location and the page. */
async function signInTo(redirect_uri: string, at = google) {
  const query = parametersOf({
    client_id: at.clientIds[0],
    redirect_uri,
    response_type: "code",
    scope: "openid",
    emulator_account: "consumer",
  });
  const response = await fetch(
    `${at.url}${googlePaths.authorization}?${query.toString()}`,
    { redirect: "manual" },
  );
  const location = response.headers.get("location");
  return { status: response.status, location, page: await response.text() };
}

describe("a redirect URI", () => {
  describe("when none is registered", () => {
    it.each([
      "https://evil.example/",
      "https://localhost.evil.example/",
      "http://127.0.0.1.evil.example/",
      "http://localhost@evil.example/",
      "http://user:pass@localhost/",
      "http://evil.example\\@localhost/",
      "http://localhost/\r\nX-Injected: 1",
      "http://local\thost/",
      "http://localhost/#fragment",
      "//localhost/",
      "/callback",
      "javascript:alert(1)",
      "postmessage",
      "http://0.0.0.0/",
      "http://[::ffff:7f00:1]/",
    ])("then %j is refused", async (redirectUri) => {
      const { status, location, page } = await signInTo(redirectUri);
      expect(status).toBe(400);
      expect(location).toBeNull();
      expect(page).toContain("redirect_uri_mismatch");
    });

    it.each([
      "http://localhost:3000",
      "http://127.8.8.8:1/x",
      "http://[::1]:3000/cb",
      "https://app.localhost/cb?x=1",
    ])("then %s is local and allowed", async (redirectUri) => {
      const { status, location } = await signInTo(redirectUri);
      expect(status).toBe(302);
      expect(location?.startsWith(redirectUri)).toBe(true);
    });
  });

  describe("when some are", () => {
    it("then only exactly these are allowed", async () => {
      const { status, location } = await signInTo(REGISTERED, strict);
      expect(status).toBe(302);
      expect(location).toMatch(/^https:\/\/app\.example\/callback\?iss=/);
      for (const other of [`${REGISTERED}/`, "http://localhost:3000"]) {
        expect(await signInTo(other, strict)).toMatchObject({
          status: 400,
          location: null,
        });
      }
    });
  });
});
