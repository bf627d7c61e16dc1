import { person } from "./support/calls";
import { answerOf } from "./support/requests";
import { useService } from "./support/use-service";

describe("a request without content", () => {
  const site = useService();

  /** As HTTP clients send that set the type for all their calls. */
  const call = async (method: string, path: string, accessToken: string) =>
    answerOf(
      await site.service.fetch(path, {
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
      const { accessToken, sessionId } = await person(
        site.service,
        site.google,
      );
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
