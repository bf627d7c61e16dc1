import type { INestApplication } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { fastifyAdapter, setUpFastify } from "nest-google-auth/fastify";
import {
  GoogleEmulator,
  googlePaths,
  newAccount,
  TestDatabase,
} from "nest-google-auth/testing";
import { DataSource } from "typeorm";
import { AppModule } from "../src/app.module";
import { AppleKeys, appleClientId } from "./apple-keys";
import { startRedis } from "./redis-server";

interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** The members that the tests read; a response has some of them. */
interface AnswerBody {
  readonly code?: string;
  readonly isNewUser?: boolean;
  readonly profileComplete?: boolean;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: { readonly id: string };
  readonly errors: readonly { readonly field: string }[];
}

/** The application with all that it needs, on one or more instances. */
export class TeamApp {
  private readonly instances: INestApplication[] = [];

  private constructor(
    readonly google: GoogleEmulator,
    readonly apple: AppleKeys,
    readonly redisUrl: string,
    private readonly databaseUrl: string,
    private readonly stopServices: () => Promise<void>,
  ) {}

  static async start(): Promise<TeamApp> {
    const redis = await startRedis();
    const google = await GoogleEmulator.start();
    const apple = await AppleKeys.start();
    // Empty, as the application's migrations include nest-google-auth's.
    const own = process.env.DATABASE_URL
      ? undefined
      : await TestDatabase.createEmpty();
    const databaseUrl = own?.url ?? process.env.DATABASE_URL ?? "";
    const app = new TeamApp(
      ...([google, apple, redis.url, databaseUrl] as const),
      async () => {
        apple.stop();
        await google.stop();
        await redis.stop();
        await own?.destroy();
      },
    );
    await app.add();
    return app;
  }

  /** Starts another instance; returns its URL. */
  async add(): Promise<string> {
    const app = await NestFactory.create<NestFastifyApplication>(
      AppModule.with({
        publicUrl: "https://team.example",
        secretKey: "only for tests: 8b1f4c0d9e7a6352f1e0",
        databaseUrl: this.databaseUrl,
        redisUrl: this.redisUrl,
        google: {
          clientIds: this.google.clientIds,
          certsUrl: this.google.url + googlePaths.certs,
        },
        apple: { clientId: appleClientId, keysUrl: this.apple.url },
      }),
      fastifyAdapter(),
      { logger: false, abortOnError: false },
    );
    setUpFastify(app);
    await app.listen(0, "127.0.0.1");
    this.instances.push(app);
    return app.getUrl();
  }

  async stop(): Promise<void> {
    for (const instance of this.instances) await instance.close();
    await this.stopServices();
  }

  async call<Body = AnswerBody>(
    method: string,
    path: string,
    { token, body, url }: { token?: string; body?: object; url?: string } = {},
  ): Promise<Answer<Body>> {
    const base = url ?? (await this.instances[0]?.getUrl()) ?? "";
    const answer = await fetch(base + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { "content-type": "application/json" }),
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    const parsed = JSON.parse(text || "{}") as Body;
    return { status: answer.status, body: parsed };
  }

  /** Signs in with a Google account; a consumer's address is authoritative. */
  async signIn(account: ReturnType<typeof newAccount>, body = {}) {
    const idToken = await this.google.idToken({ account });
    return this.call("POST", "/auth/google", { body: { idToken, ...body } });
  }

  /** A statement of the application's own. */
  async query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.instances[0]?.get(DataSource).query(text, values) as Promise<
      Row[]
    >;
  }

  async invite(email = "", tenant = "acme", role = "member"): Promise<void> {
    await this.query(
      "INSERT INTO public.invitations VALUES (lower($1), $2, $3)",
      [email, tenant, role],
    );
  }
}

/** The claims of an access token. */
export function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ""] = token.split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString());
}
