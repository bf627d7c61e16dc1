import { resolve } from "node:path";
import { newAccount } from "../src/testing";
import { runClient } from "./support/clients";
import { useService } from "./support/use-service";

const file = resolve(__dirname, "../docs/openapi.json");

describe("The OpenAPI description", () => {
  const site = useService({
    env: {
      DOCS: "on",
      GOOGLE_CLIENT_SECRET: undefined,
      GOOGLE_REDIRECT_URIS: undefined,
    },
  });

  it("passes the linters of Redocly and Spectral", async () => {
    const { findings } = await runClient<{ findings: string[] }>(
      "open-api-lint",
      { file },
    );
    expect(findings).toEqual([]);
  });

  it("generates clients that compile and sign in", async () => {
    const idToken = await site.google.idToken({
      account: newAccount({ email: "gen@gmail.com" }),
    });
    const report = await runClient<Record<string, unknown>>(
      "generated-clients",
      { file, url: site.service.url, idToken },
    );
    expect(report).toEqual({
      compiled: "",
      used: {
        seconds: 600,
        email: "gen@gmail.com",
        isNewUser: true,
        device: "test",
        me: true,
        code: "invalid_token",
        left: 204,
        none: "invalid_request",
      },
    });
  }, 120_000);
});
