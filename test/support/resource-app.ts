import {
  ConflictException,
  Controller,
  type DynamicModule,
  Get,
  Module,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import {
  FastifyAdapter,
  type NestFastifyApplication,
} from "@nestjs/platform-fastify";
import {
  ResourceServerModule,
  Clock,
  CurrentUser,
  OptionalAuth,
  type Principal,
  Public,
  type ResourceServerOptions,
  Roles,
} from "../../src/index";
import { type Answer, answerOf } from "./requests";

@Controller("notes")
class NotesController {
  @Get()
  mine(@CurrentUser() user: Principal) {
    return { userId: user.userId, roles: user.roles };
  }

  @Public()
  @Get("public")
  open() {
    return { ok: true };
  }

  @OptionalAuth()
  @Get("optional")
  optional(@CurrentUser("userId") userId: string | undefined) {
    return { userId: userId ?? null };
  }

  @Roles("admin")
  @Get("admin")
  admin() {
    return { ok: true };
  }

  @Public()
  @Get("conflict")
  conflict() {
    throw new ConflictException("of the app's own");
  }
}

@Module({})
class NotesModule {}

/**
 * Another application: it imports only the resource server module, without a
 * database or the service's configuration.
 */
export class ResourceApp {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  /** @param clock of the application; the machine's by default */
  static async start(
    options: ResourceServerOptions,
    clock?: Clock,
  ): Promise<ResourceApp> {
    const imported = ResourceServerModule.forRoot({
      ...options,
      providers: clock ? [{ provide: Clock, useValue: clock }] : [],
    });
    return ResourceApp.with(imported);
  }

  static async with(imported: DynamicModule): Promise<ResourceApp> {
    const app = await NestFactory.create<NestFastifyApplication>(
      {
        module: NotesModule,
        imports: [imported],
        controllers: [NotesController],
      },
      new FastifyAdapter(),
      { logger: false, abortOnError: false },
    );
    await app.listen({ host: "127.0.0.1", port: 0 });
    return new ResourceApp(app, await app.getUrl());
  }

  async get(
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return answerOf(await fetch(this.url + path, { headers }));
  }

  async bearer(token: string, path = "/notes"): Promise<Answer> {
    return this.get(path, { authorization: `Bearer ${token}` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
  }
}
