import { AuthError } from "../../common/auth-error";
import { GoogleEmulator } from "../../testing/google/emulator";
import { SteppedClock } from "../../testing/stepped-clock";
import { GoogleSigningKeys } from "./google-signing-keys";
import { SecurityEventRefusal } from "./security-event-refusal";
import { SecurityEventVerifier } from "./security-event.verifier";

describe("SecurityEventVerifier", () => {
  let google: GoogleEmulator;
  let verifier: SecurityEventVerifier;

  beforeEach(async () => {
    google = await GoogleEmulator.start();
    const options = {
      clients: google.clientIds.map((id) => ({ id, label: null })),
      certsUrl: `${google.url}/oauth2/v1/certs`,
      clockSkewSeconds: 60,
    };
    const clock = new SteppedClock();
    const keys = new GoogleSigningKeys(options, clock);
    verifier = new SecurityEventVerifier(options, keys, clock);
  });

  afterEach(() => google.stop());

  const verdict = (token: string) =>
    verifier.verify(token).then(
      () => "accepted",
      (error: unknown) => {
        if (error instanceof SecurityEventRefusal) {
          return `${error.code}: ${error.reason}`;
        }
        if (error instanceof AuthError) return error.code;
        throw error;
      },
    );

  it("accepts an event signed by Google", async () => {
    const token = await google.securityEventToken();
    const { events } = await verifier.verify(token);
    expect(events).toMatchObject([{ type: "sessions-revoked" }]);
  });

  it.each(["JWT", "secevent+jwt", "SECEVENT+JWT", undefined])(
    "accepts the type %j",
    async (typ) => {
      const token = await google.securityEventToken({ header: { typ } });
      expect(await verdict(token)).toBe("accepted");
    },
  );

  it.each(["at+jwt", "application/secevent+jwt", "", 1])(
    "refuses the type %j",
    async (typ) => {
      const token = await google.securityEventToken({ header: { typ } });
      expect(await verdict(token)).toBe("invalid_request: type_not_allowed");
    },
  );

  it("refuses another signature, and no signature", async () => {
    const foreign = await google.securityEventToken({ signWith: "foreign" });
    expect(await verdict(foreign)).toBe("authentication_failed: bad_signature");
    const token = await google.securityEventToken();
    const unsigned = token.slice(0, token.lastIndexOf(".") + 1);
    expect(await verdict(unsigned)).toBe("invalid_request: malformed_token");
  });

  it.each(["none", "HS256"] as const)(
    "refuses the algorithm %s",
    async (alg) => {
      const token = await google.securityEventToken({
        alg,
        secret: google.keys.current.certificatePem,
      });
      expect(await verdict(token)).toMatch(/^invalid_request: /);
    },
  );

  it("refuses an unknown key after one fetch", async () => {
    await verifier.verify(await google.securityEventToken());
    const kid = "0".repeat(40);
    const token = await google.securityEventToken({ header: { kid } });
    expect(await verdict(token)).toBe("invalid_key: unknown_key");
    expect(google.requestCount("/oauth2/v1/certs")).toBe(2);
  });

  it("is unavailable while Google's keys are", async () => {
    google.setFault("/oauth2/v1/certs", { status: 500 });
    const token = await google.securityEventToken();
    expect(await verdict(token)).toBe("identity_provider_unavailable");
  });

  it("refuses an ID token signed by the same key", async () => {
    expect(await verdict(await google.idToken())).toBe(
      "invalid_request: events_missing",
    );
  });
});
