import {
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  Post,
  UseGuards,
} from "@nestjs/common";
import {
  AccessTokenGuard,
  CurrentUser,
  GoogleIdTokenGuard,
  ProtectingSecurityEventHandler,
  Public,
  type SecurityEvent,
  SecurityEventHandler,
  type Transaction,
  type VerifiedIdentity,
} from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { call, person, refusal } from "./support/calls";
import { GuestApp, type Platform, platforms } from "./support/guest-app";
import { postJson } from "./support/requests";
import { report } from "./support/security-events";

@Controller("orders")
class OrdersController {
  @UseGuards(AccessTokenGuard)
  @Get()
  list(@CurrentUser("userId") userId: string): object {
    return { userId };
  }

  @Public()
  @UseGuards(GoogleIdTokenGuard)
  @Post()
  claim(@CurrentUser() identity: VerifiedIdentity): object {
    return { subject: identity.subject };
  }
}

/** Imports no module of this package. */
@Module({ controllers: [OrdersController] })
class OrdersModule {}

/** A subclass of the handler, with its injected dependencies. */
@Injectable()
class CountingHandler extends ProtectingSecurityEventHandler {
  count = 0;

  override async handle(
    event: SecurityEvent,
    occurredAt: Date,
    transaction: Transaction,
  ): Promise<void> {
    this.count++;
    await super.handle(event, occurredAt, transaction);
  }
}

/**
 * Guards: `@UseGuards(AccessTokenGuard)` and `@UseGuards(GoogleIdTokenGuard)`
 * resolve in a module that imports nothing of this package, and
 * `SecurityEventHandler` can be replaced by a subclass of the default. Both
 * once failed.
 */
describe.each(Object.keys(platforms) as Platform[])(
  "guards in a module without imports, on %s",
  (platform) => {
    let google: GoogleEmulator;
    let database: TestDatabase;
    let app: GuestApp;

    beforeAll(async () => {
      Logger.overrideLogger(false);
      google = await GoogleEmulator.start();
      database = await TestDatabase.create();
      app = await GuestApp.start(google, database, {
        platform,
        options: {
          guard: "manual",
          providers: [
            { provide: SecurityEventHandler, useClass: CountingHandler },
          ],
        },
        host: { imports: [OrdersModule] },
      });
    });

    afterAll(async () => {
      await app[Symbol.asyncDispose]();
      await database.destroy();
      await google.stop();
    });

    it("AccessTokenGuard accepts an access token", async () => {
      expect(refusal(await call(app, "GET", "/orders"))).toEqual([
        ...[401, "unauthenticated"],
      ]);
      const { accessToken, id } = await person(app, google);
      const { body } = await call(app, "GET", "/orders", accessToken);
      expect(body).toEqual({ userId: id });
    });

    it("GoogleIdTokenGuard accepts an ID token", async () => {
      const account = newAccount();
      const idToken = await google.idToken({ account });
      const proved = await postJson(app, "/orders", { idToken });
      expect(proved.body).toEqual({ subject: account.sub });
      const guess = await postJson(app, "/orders", { idToken: `${idToken}x` });
      expect(refusal(guess)).toEqual([401, "invalid_token"]);
      // An ID token is not an access token.
      const asBearer = await call(app, "GET", "/orders", idToken);
      expect(refusal(asBearer)).toEqual([401, "unauthenticated"]);
    });

    it("a subclass of the default handler is called and still ends the sessions", async () => {
      const { account, accessToken } = await person(app, google);
      await report(app, google, { account });
      const handler = app.app.get<CountingHandler>(SecurityEventHandler, {
        strict: false,
      });
      expect(handler.count).toBe(1);
      const answer = await call(app, "GET", "/orders", accessToken);
      expect(refusal(answer)).toEqual([401, "unauthenticated"]);
    });
  },
);
