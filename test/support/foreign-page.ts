import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A third-party front end on its own origin, written for Google's script, with
 * the content security policy that Google's documentation recommends.
 */
export class ForeignPage {
  /** The bodies of forms that were posted to it. */
  readonly posted: URLSearchParams[] = [];
  /** The cookies that were sent with them. */
  readonly cookies: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /**
   * @param html the body
   * @param script the page's own, served as a file
   * @param googleUrl the URL of the emulator
   */
  static async start(
    html: string,
    script: string,
    googleUrl: string,
  ): Promise<ForeignPage> {
    const policy = `default-src 'none'; script-src 'self' ${googleUrl}/gsi/client; frame-src ${googleUrl}/gsi/; connect-src 'self' ${googleUrl}/gsi/; style-src ${googleUrl}/gsi/style; img-src data:`;
    const server = createServer((request, response) => {
      if (request.url === "/app.js") {
        response.setHeader("content-type", "text/javascript");
        response.end(script);
        return;
      }
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        if (request.method === "POST") {
          page.posted.push(new URLSearchParams(body));
          page.cookies.push(request.headers.cookie ?? "");
        }
        response.setHeader("content-type", "text/html; charset=utf-8");
        response.setHeader("content-security-policy", policy);
        response.setHeader(
          "cross-origin-opener-policy",
          "same-origin-allow-popups",
        );
        response.end(
          `<!DOCTYPE html><title>Foreign</title><link rel="icon" href="data:,"><script src="/app.js"></script>${html}<script async src="${googleUrl}/gsi/client"></script>`,
        );
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const page = new ForeignPage(server, port);
    return page;
  }

  url(host = "localhost"): string {
    return `http://${host}:${this.port}/`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
