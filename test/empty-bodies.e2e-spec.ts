import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { person } from "./support/calls";
import { answerOf } from "./support/requests";

describe("a request without content", () => {
  let google: GoogleEmulator;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    service = await TestService.start(google);
  });

  afterAll(async () => {
    await service.stop();
    await google.stop();
  });

  /** As HTTP clients send that set the type for all their calls. */
  const call = async (method: string, path: string, accessToken: string) =>
    answerOf(
      await service.fetch(path, {
        method,
        headers: {
          authorization: `Bearer ${accessToken}`,
          "content-type": "application/json",
        },
      }),
    );

  it.each([
    ["POST", "/auth/logout"],
    ["POST", "/auth/logout-all"],
    ["DELETE", "/auth/sessions/:id"],
  ])(
    "that calls itself JSON is one without a body: %s %s",
    async (method, path) => {
      const { accessToken, sessionId } = await person(service, google);
      const answer = await call(
        method,
        path.replace(":id", sessionId),
        accessToken,
      );
      expect([answer.status, answer.body.code]).toEqual([204, undefined]);
    },
  );

  it("where a body is needed, is told which fields are missing", async () => {
    const answer = await call("POST", "/auth/google", "");
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
    expect(answer.body.errors).toMatchObject([{ field: "idToken" }]);
  });
});
