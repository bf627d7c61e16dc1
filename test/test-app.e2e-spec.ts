import { Controller, Get, Module } from "@nestjs/common";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { CurrentUser, GoogleAuthModule, Public, Roles } from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestApp } from "../src/testing/test-app";
import { TestService } from "../src/testing/test-service";

@Controller("articles")
class ArticlesController {
  @Get()
  mine(@CurrentUser("userId") author: string) {
    return { author };
  }

  @Roles("editor")
  @Get("drafts")
  drafts() {
    return [];
  }

  @Public()
  @Get("environment")
  environment() {
    return { publicUrl: process.env.PUBLIC_URL ?? null };
  }
}

/** An application that reads its configuration when it starts. */
@Module({
  imports: [
    GoogleAuthModule.forRootAsync({
      useFactory: () => ({
        publicUrl: process.env.PUBLIC_URL ?? "",
        secretKey: process.env.SECRET_KEY ?? "",
        google: {
          clientIds: (process.env.GOOGLE_CLIENT_IDS ?? "").split(","),
          certsUrl: process.env.GOOGLE_CERTS_URL,
        },
        database: { url: process.env.DATABASE_URL ?? "" },
        signUp: "open",
      }),
    }),
  ],
  controllers: [ArticlesController],
})
class AppModule {}

describe("TestApp", () => {
  it("runs an application, in which a user with roles signs in with one line", async () => {
    await using app = await TestApp.for(AppModule);
    const editor = await app.google.signIn(app, { roles: ["editor"] });
    const mine = await editor.fetch("/articles");
    expect([mine.status, await mine.json()]).toEqual([
      ...[200, { author: editor.user.id }],
    ]);
    expect((await editor.fetch("/articles/drafts")).status).toBe(200);
    const reader = await app.google.signIn(app);
    expect((await reader.fetch("/articles/drafts")).status).toBe(403);
    expect((await app.fetch("/articles")).status).toBe(401);
  });

  it("passes claims, a hosted domain and members of the account on", async () => {
    await using app = await TestApp.for(AppModule);
    const { user } = await app.google.signIn(app, {
      ...{ hd: "navy.example", account: { name: "Grace Hopper" } },
      claims: { locale: "en" },
    });
    expect(user).toMatchObject({
      ...{ hostedDomain: "navy.example", name: "Grace Hopper", locale: "en" },
      emailAuthority: "authoritative",
    });
    await expect(
      app.google.signIn(app, { claims: { aud: "another-app" } }),
    ).rejects.toThrow(/^\/auth\/google responded 401: .*invalid_token/);
  });

  it("is configured and wired as the application's main.ts does", async () => {
    await using app = await TestApp.for(AppModule, {
      adapter: new FastifyAdapter(),
      configure: (nest) => void nest.setGlobalPrefix("api"),
    });
    const user = await app.google.signIn(app);
    expect((await user.fetch("/api/articles")).status).toBe(200);
  });

  it("shares an emulator and a database, and restores the environment", async () => {
    await using google = await GoogleEmulator.start();
    const before = { ...process.env };
    await using first = await TestApp.for(AppModule, { google });
    const { database } = first;
    const module = jest.fn(() => AppModule);
    const factory = (...site: unknown[]) => module(...(site as []));
    await using second = await TestApp.for(factory, {
      ...{ google, database },
      env: { PUBLIC_URL: "https://second.example" },
    });
    expect(module).toHaveBeenCalledWith({ google, database });
    expect(process.env).toEqual(before);
    const account = { sub: "112233445566778899001" };
    const { user } = await google.signIn(first, { account });
    expect((await google.signIn(second, { account })).user.id).toBe(user.id);
  });

  // A regression: each restored the other's variables.
  it("starts two applications at once, and restores the environment", async () => {
    const before = { ...process.env };
    const start = (publicUrl: string) =>
      TestApp.for(AppModule, { env: { PUBLIC_URL: publicUrl } });
    const apps = await Promise.all([
      start("https://one.example"),
      start("https://two.example"),
    ]);
    expect(process.env).toEqual(before);
    for (const app of apps) {
      await app.google.signIn(app);
      await app.stop();
    }
  });

  it("leaves nothing behind when the application does not start", async () => {
    const before = { ...process.env };
    await expect(
      TestApp.for(AppModule, { env: { SECRET_KEY: "short" }, logger: false }),
    ).rejects.toThrow("secretKey");
    expect(process.env).toEqual(before);
  });

  it("signs users in to the service, too", async () => {
    await using google = await GoogleEmulator.start();
    await using service = await TestService.start(google);
    const admin = await google.signIn(service, { roles: ["admin"] });
    expect((await admin.fetch("/admin/users")).status).toBe(200);
  });
});
