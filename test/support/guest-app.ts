import {
  type DynamicModule,
  type INestApplication,
  Module,
  type ModuleMetadata,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import {
  GoogleAuthModule,
  type GoogleAuthModuleOptions,
  type GoogleAuthOptions,
} from "../../src/index";
import type { GoogleEmulator } from "../../src/testing/google/emulator";
import { googlePaths } from "../../src/testing/google/emulator.routes";
import type { TestDatabase } from "../../src/testing/test-database";

/** Nest's HTTP platforms with their defaults. */
export const platforms = {
  express: () => new ExpressAdapter(),
  fastify: () => new FastifyAdapter(),
};

export type Platform = keyof typeof platforms;

/** The options that every application must set. */
export function requiredOptions(
  google: GoogleEmulator,
  { url }: Pick<TestDatabase, "url">,
): GoogleAuthOptions {
  return {
    publicUrl: "https://host.example",
    secretKey: "only for tests: 8b1f4c0d9e7a6352f1e0",
    google: {
      clientIds: google.clientIds,
      certsUrl: google.url + googlePaths.certs,
    },
    database: { url },
  };
}

export interface GuestAppOptions {
  /** Override the required options. */
  readonly options?: Partial<GoogleAuthModuleOptions>;
  /** Replaces `GoogleAuthModule.forRoot` with those options. */
  readonly googleAuth?: DynamicModule;
  /** The host's own modules and providers. */
  readonly host?: ModuleMetadata;
  readonly platform?: Platform;
  /** The host's set-up before the start: pipes, filters, prefixes. */
  readonly configure?: (app: INestApplication) => void;
}

/** A plain Nest application that imports our module. */
export class GuestApp {
  private constructor(
    readonly app: INestApplication,
    /** The URL it listens on. */
    readonly url: string,
  ) {}

  /** @throws the error of the application's start */
  static async start(
    google: GoogleEmulator,
    database: Pick<TestDatabase, "url">,
    {
      options = {},
      googleAuth = GoogleAuthModule.forRoot({
        ...requiredOptions(google, database),
        ...options,
      }),
      host = {},
      platform = "fastify",
      configure,
    }: GuestAppOptions = {},
  ): Promise<GuestApp> {
    @Module({ ...host, imports: [googleAuth, ...(host.imports ?? [])] })
    class Host {}

    const app = await NestFactory.create(Host, platforms[platform](), {
      ...{ logger: false, abortOnError: false },
    });
    try {
      configure?.(app);
      await app.listen(0, "127.0.0.1");
      return new GuestApp(app, await app.getUrl());
    } catch (error) {
      await app.close();
      throw error;
    }
  }

  /** A request to the application; `path` begins with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.url}${path}`, init);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
  }
}
