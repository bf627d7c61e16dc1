import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../src/database/embedded/launch-server";
import { Child } from "./child";

const template = resolve(__dirname, "../../deploy/nginx/service.conf.template");

/** The proxy in front, with the configuration that we deploy. */
export class Nginx {
  private constructor(
    private readonly child: Child,
    readonly url: string,
  ) {}

  /** @param ports of the two instances */
  static async start(
    ports: readonly [number, number],
    folder: string,
  ): Promise<Nginx> {
    const port = await freePort();
    const values: Readonly<Record<string, string>> = {
      LISTEN: `127.0.0.1:${port}`,
      INSTANCE_1: `127.0.0.1:${ports[0]}`,
      INSTANCE_2: `127.0.0.1:${ports[1]}`,
    };
    const service = readFileSync(template, "utf8").replace(
      /\$\{(\w+)\}/g,
      (_, name: string) => values[name] ?? "",
    );
    mkdirSync(join(folder, "tmp"));
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (name) => `${name}_temp_path ${join(folder, "tmp", name)};`,
    );
    const file = join(folder, "nginx.conf");
    writeFileSync(
      file,
      `daemon off;
pid ${join(folder, "nginx.pid")};
worker_processes 1;
${process.getuid?.() === 0 ? "user root;" : ""}
events { worker_connections 1024; }
http {
  access_log off;
  ${paths.join("\n  ")}
${service}
}
`,
    );
    const log = join(folder, "nginx.log");
    const child = Child.start(
      ["nginx", "-c", file, "-e", log],
      process.env,
      log,
    );
    const url = `http://127.0.0.1:${port}`;
    for (let waited = 0; !(await answers(url)); waited++) {
      if (child.hasEnded || waited > 100) throw new Error(`See ${log}`);
      await delay(50);
    }
    return new Nginx(child, url);
  }

  stop(): Promise<void> {
    return this.child.end("SIGTERM");
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    async ({ body }) => {
      await body?.cancel();
      return true;
    },
    () => false,
  );
}
