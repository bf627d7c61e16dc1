import { call, person } from "./support/calls";
import {
  connectTo,
  received,
  replyIn,
  requestText,
} from "./support/raw-connection";
import { useService } from "./support/use-service";

describe("a request without content", () => {
  const site = useService();

  /** As sent by HTTP clients that set the type on every call. */
  const kinds = {
    "without a length": {},
    "of length 0": { "content-length": "0" },
    "of no chunks": { "transfer-encoding": "chunked" },
  };
  const types = [
    "application/json",
    "application/json; charset=utf-8",
    "application/x-www-form-urlencoded",
  ];
  const variants = Object.entries(kinds).flatMap(([kind, framing]) =>
    types.map((type) => [kind, type, framing] as const),
  );

  const send = async (
    method: string,
    path: string,
    headers: Readonly<Record<string, string | undefined>>,
  ) => {
    const socket = connectTo(site.service);
    const isChunked = headers["transfer-encoding"] !== undefined;
    socket.write(
      requestText({
        method,
        path,
        headers: { "Content-Length": undefined, ...headers },
        body: isChunked ? "0\r\n\r\n" : "",
      }),
    );
    return replyIn(await received(socket, 5000));
  };

  describe.each(variants)("%s, of type %s", (_kind, type, framing) => {
    const headersOf = (accessToken: string) => ({
      authorization: `Bearer ${accessToken}`,
      "Content-Type": type,
      ...framing,
    });

    it.each([
      ["POST", "/auth/logout"],
      ["POST", "/auth/logout-all"],
      ["DELETE", "/auth/sessions/:id"],
      ["DELETE", "/users/me"],
    ])("%s %s", async (method, route) => {
      const { accessToken, sessionId } = await person(
        site.service,
        site.google,
      );
      const path = route.replace(":id", sessionId);
      const answer = await send(method, path, headersOf(accessToken));
      expect([answer.status, answer.text]).toEqual([204, ""]);
    });

    it("refresh and sign-out by cookie succeed", async () => {
      const { refreshToken } = await person(site.service, site.google);
      const headers = (token: string) => ({
        Origin: "https://service.example",
        Cookie: `__Host-refresh=${token}`,
        "Content-Type": type,
        ...framing,
      });
      const answer = await send("POST", "/auth/refresh", headers(refreshToken));
      expect(answer.status).toBe(200);
      const [, next = ""] =
        /^__Host-refresh=([^;]+)/.exec(
          answer.headers.get("set-cookie") ?? "",
        ) ?? [];
      const end = await send("POST", "/auth/logout", headers(next));
      expect(end.status).toBe(204);
    });
  });

  it("names the missing fields where a body is required", async () => {
    const answer = await call(
      site.service,
      "POST",
      "/auth/google",
      undefined,
      "",
    );
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
    expect(answer.body.errors).toMatchObject([{ field: "idToken" }]);
  });
});
