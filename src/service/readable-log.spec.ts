import { readableLog } from "./readable-log";
import { createLogger } from "./request-log";

describe("the log", () => {
  const logged = (level: string, log: (typeof chatter)[]) => {
    const lines: string[] = [];
    const logger = createLogger(level, {
      write: (line) => void lines.push(line),
    });
    for (const { context, text } of log) logger.info({ context }, text);
    return lines.length;
  };
  const chatter = { context: "RouterExplorer", text: "Mapped {/x, GET} route" };
  const other = { context: "TrustedProxies", text: "something else" };

  it("omits Nest's line for each route except at the debug level", () => {
    expect(logged("info", [chatter, other])).toBe(1);
    expect(logged("debug", [chatter, other])).toBe(2);
  });

  describe("at a terminal", () => {
    const shown = (fields: object, level: "info" | "warn", message: string) => {
      let text = "";
      const stream = readableLog((part) => (text += part));
      createLogger("info", stream)[level](fields, message);
      return text;
    };

    it("shows one readable line for each line of JSON", () => {
      const fields = { requestId: "1", method: "GET", path: "/x", status: 200 };
      expect(shown(fields, "info", "request")).toMatch(
        /^\d\d:\d\d:\d\d request method=GET path=\/x status=200\n$/,
      );
      expect(shown({ context: "Here" }, "warn", "careful")).toMatch(
        /^\d\d:\d\d:\d\d WARN Here: careful\n$/,
      );
    });

    it("shows an error with its stack", () => {
      expect(shown({ err: new Error("boom") }, "warn", "failed")).toMatch(
        /failed\nError: boom\n +at /,
      );
    });

    it("escapes control characters of requests", () => {
      const path = "/\u001b[2J\u0007\nfaked line";
      expect(shown({ path }, "info", "request")).toMatch(
        /path=\/\?\[2J\?\?faked line\n$/,
      );
    });
  });
});
