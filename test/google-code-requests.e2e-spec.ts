import { googlePaths } from "../src/testing/google/emulator.routes";
import { TestService } from "../src/testing/test-service";
import { refusal } from "./support/calls";
import { postWith } from "./support/headed-requests";
import { type Answer, postJson } from "./support/requests";
import { useService } from "./support/use-service";

const path = "/auth/google/code";
const callback = "https://app.example/callback";
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

describe("POST /auth/google/code", () => {
  const site = useService({
    env: {
      GOOGLE_REDIRECT_URIS: `${callback}, http://localhost:5173/cb`,
      CORS_ORIGINS: "https://app.example",
    },
  });

  const exchanges = () => site.google.requestCount(googlePaths.token);

  describe("with an invalid request", () => {
    it.each<[string, string, unknown]>([
      ["no code", "code", {}],
      ["null", "code", { code: null }],
      ["an empty code", "code", { code: "" }],
      ["a list of codes", "code", { code: ["4/0A", "4/0B"] }],
      ["an object", "code", { code: { length: 5 } }],
      ["a number", "code", { code: 4 }],
      ["a code of 1025 characters", "code", { code: "x".repeat(1025) }],
      ["a short verifier", "codeVerifier", { codeVerifier: "x".repeat(42) }],
      ["a long verifier", "codeVerifier", { codeVerifier: "x".repeat(129) }],
      [
        "a verifier with invalid characters",
        "codeVerifier",
        { codeVerifier: "+".repeat(43) },
      ],
      ["a list of verifiers", "codeVerifier", { codeVerifier: [verifier] }],
      ["a URI that is a list", "redirectUri", { redirectUri: [callback] }],
      ["a URI of a space", "redirectUri", { redirectUri: " " }],
      [
        "an unlisted URI",
        "redirectUri",
        { redirectUri: "https://evil.example" },
      ],
      ["a longer URI", "redirectUri", { redirectUri: `${callback}/../x` }],
      ["a URI with a query", "redirectUri", { redirectUri: `${callback}?a=b` }],
      ["a shorter URI", "redirectUri", { redirectUri: "https://app.example" }],
      ["capitals", "redirectUri", { redirectUri: callback.toUpperCase() }],
      ["PostMessage", "redirectUri", { redirectUri: "PostMessage" }],
      ["all URIs", "redirectUri", { redirectUri: `${callback},postmessage` }],
      ["an empty nonce", "nonce", { nonce: "" }],
      ["a long device", "device", { device: "x".repeat(101) }],
    ])("%s: 400 without a request to Google", async (_what, field, wrong) => {
      const before = exchanges();
      const code = site.google.authorizationCode();
      const body = field === "code" ? wrong : { code, ...(wrong as object) };
      const answer = await postJson(site.service, path, body);
      expect(refusal(answer).slice(0, 3)).toEqual([
        400,
        "invalid_request",
        field,
      ]);
      expect(exchanges()).toBe(before);
      // The code is still valid.
      expect((await postJson(site.service, path, { code })).status).toBe(200);
    });

    it("from another origin: 403 without a request to Google", async () => {
      const before = exchanges();
      const body = { code: site.google.authorizationCode() };
      for (const origin of ["https://evil.example", "null"]) {
        const answer = await postWith({ origin }, site.service, path, body);
        expect(refusal(answer)).toEqual([403, "origin_not_allowed"]);
      }
      expect(exchanges()).toBe(before);
      const headers = { origin: "https://app.example" };
      const answer = await postWith(headers, site.service, path, body);
      expect(answer.status).toBe(200);
    });

    it("with another method or media type: 405, 415", async () => {
      const get = await site.service.fetch(path);
      expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
      const text = await site.service.fetch(path, {
        method: "POST",
        body: "code",
      });
      expect(text.status).toBe(415);
    });
  });

  describe("with a nonce", () => {
    const refusedFor = ({ status, body }: Answer) => [
      status,
      body.code,
      body.reason,
    ];

    it("in the request, it must match the token's", async () => {
      const nonce = "of-the-page-itself";
      const agreeing = site.google.authorizationCode({ nonce });
      const good = await postJson(site.service, path, {
        code: agreeing,
        nonce,
      });
      expect(good.status).toBe(200);
      for (const signed of [undefined, "another"]) {
        const code = site.google.authorizationCode({ nonce: signed });
        const answer = await postJson(site.service, path, { code, nonce });
        expect(refusedFor(answer)).toEqual([
          401,
          "invalid_token",
          "nonce_mismatch",
        ]);
      }
    });

    it("issued here, it allows one sign-in across codes", async () => {
      const { body } = await postJson(site.service, "/auth/google/nonce", {});
      const nonce = String(body.nonce);
      const answers: Answer[] = [];
      for (let times = 0; times < 2; times++) {
        const code = site.google.authorizationCode({ nonce });
        answers.push(await postJson(site.service, path, { code, nonce }));
      }
      expect(answers.map(({ status }) => status)).toEqual([200, 401]);
    });

    it("is required if so configured", async () => {
      await using strict = await TestService.start(site.google, {
        env: { GOOGLE_NONCE: "required" },
      });
      const code = site.google.authorizationCode();
      const answer = await postJson(strict, path, { code });
      expect(refusal(answer)).toEqual([401, "invalid_token"]);
    });
  });
});
