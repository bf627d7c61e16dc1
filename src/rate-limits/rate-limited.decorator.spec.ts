import {
  ConflictException,
  Controller,
  Get,
  Global,
  Module,
  Param,
  type Provider,
  UseGuards,
} from "@nestjs/common";
import { APP_FILTER, NestFactory } from "@nestjs/core";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import {
  Throttle,
  ThrottlerGuard,
  ThrottlerModule,
  ThrottlerStorage,
} from "@nestjs/throttler";
import { AuditModule } from "../audit/audit.module";
import { AUDIT_OPTIONS } from "../audit/audit-partitions";
import { AuthError } from "../common/auth-error";
import type { AuthErrorCode } from "../common/auth-error-codes";
import { Clock } from "../common/clock.port";
import { CommonModule } from "../common/common.module";
import { ROUTE_PREFIX } from "../common/mounted-routes";
import {
  ProblemDetailsFilter,
  SHOW_REASONS,
} from "../common/problem-details.filter";
import { DatabaseModule } from "../database/database.module";
import {
  DATABASE_ENTITIES,
  DATABASE_LOCATION,
  SCHEMA_MIGRATION,
} from "../database/database.options";
import { fastifyAdapter } from "../fastify/fastify-server";
import { TestDatabase } from "../testing/test-database";
import type { StorageRecord } from "./memory-throttler-storage";
import { RateLimited } from "./rate-limited.decorator";
import { RateLimitsModule } from "./rate-limits.module";
import {
  RATE_LIMITS_OPTIONS,
  type RateLimitsOptions,
} from "./rate-limits.options";
import { FrozenClock } from "../testing/frozen-clock";

@Controller()
class DoorsController {
  @Get("front")
  @RateLimited("signIn")
  front() {
    return "in";
  }

  @Get("back")
  @RateLimited("signIn")
  back() {
    return "in";
  }

  @Get("guarded/:outcome")
  @RateLimited("signIn", { failures: "signInFailures" })
  guarded(@Param("outcome") outcome: string) {
    if (outcome === "conflict") throw new ConflictException();
    if (outcome !== "good") throw new AuthError(outcome as AuthErrorCode);
    return "in";
  }

  @Get("theirs")
  @UseGuards(ThrottlerGuard)
  @Throttle({ default: { limit: 1, ttl: 60_000 } })
  theirs() {
    return "in";
  }
}

const limits: RateLimitsOptions["limits"] = {
  signIn: { count: 4, seconds: 60 },
  signInFailures: { count: 2, seconds: 60 },
  refresh: "off",
  nonce: "off",
  verifyToken: "off",
};

describe("RateLimited", () => {
  let clock: FrozenClock;
  let app: NestFastifyApplication;
  let testDatabase: TestDatabase;

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
  });

  afterAll(() => testDatabase.destroy());

  /**
   * An application with limited routes, and its own limits in addition to ours.
   */
  async function open(
    options: Partial<RateLimitsOptions> = {},
    providers: Provider[] = [],
  ): Promise<void> {
    clock = new FrozenClock(1_763_700_000_000);
    const given = new Map<unknown, unknown>([
      [SHOW_REASONS, true],
      [ROUTE_PREFIX, ""],
      [AUDIT_OPTIONS, { retentionDays: 400 }],
      [RATE_LIMITS_OPTIONS, { limits, store: "memory", ...options }],
      [DATABASE_LOCATION, { url: testDatabase.url, poolSize: 2, ssl: false }],
      [DATABASE_ENTITIES, []],
      [SCHEMA_MIGRATION, "never"],
    ]);
    const tokens = [...given].map(([provide, useValue]) => ({
      provide: provide as symbol,
      useValue,
    }));
    @Global()
    @Module({ providers: tokens, exports: tokens })
    class GivenModule {}
    @Module({
      imports: [
        GivenModule,
        {
          module: CommonModule,
          providers: [{ provide: Clock, useValue: clock }],
        },
        ThrottlerModule.forRoot([{ limit: 1000, ttl: 1000 }]),
        ...[DatabaseModule, AuditModule],
        { module: RateLimitsModule, providers },
      ],
      providers: [{ provide: APP_FILTER, useExisting: ProblemDetailsFilter }],
      controllers: [DoorsController],
    })
    class HouseModule {}
    app = await NestFactory.create<NestFastifyApplication>(
      HouseModule,
      fastifyAdapter({ trustedProxies: ["127.0.0.1"] }),
      { logger: false, abortOnError: false },
    );
    await app.init();
  }

  afterEach(() => app.close());

  async function knock(path: string, from = "192.0.2.1") {
    const answer = await app.inject({
      url: path,
      headers: { "x-forwarded-for": from },
    });
    const isProblem = /json/.test(String(answer.headers["content-type"]));
    const { code, reason } = isProblem
      ? answer.json<Record<string, string | undefined>>()
      : {};
    return [answer.statusCode, code, reason].filter(Boolean).join(" ");
  }

  /** Calls the routes sequentially. */
  async function knocks(...paths: string[]): Promise<string[]> {
    const outcomes = [];
    for (const path of paths) outcomes.push(await knock(path));
    return outcomes;
  }

  it("counts all routes with the same limit together, per client", async () => {
    await open();
    expect(
      await knocks("/front", "/back", "/front", "/guarded/good", "/back"),
    ).toEqual(["200", "200", "200", "200", "429 rate_limited sign_in"]);
    expect(await knock("/front", "192.0.2.2")).toBe("200");
  });

  it("admits again after the end of the window", async () => {
    await open();
    await knocks("/front", "/front", "/front", "/front", "/front");
    clock.advance(59.999);
    expect(await knock("/front")).toBe("429 rate_limited sign_in");
    clock.advance(0.001);
    expect(await knock("/front")).toBe("200");
  });

  it("locks out after the maximum number of refusals, regardless of the next request", async () => {
    await open();
    expect(
      await knocks(
        "/guarded/invalid_token",
        "/guarded/account_disabled",
        "/guarded/good",
      ),
    ).toEqual([
      "401 invalid_token",
      "403 account_disabled",
      "429 rate_limited sign_in_failures",
    ]);
  });

  it("locks a client out only of routes that count failures", async () => {
    await open();
    await knocks("/guarded/invalid_token", "/guarded/invalid_token");
    expect(await knocks("/guarded/good", "/front")).toEqual([
      "429 rate_limited sign_in_failures",
      "200",
    ]);
  });

  it("counts only 401 and 403 as failures", async () => {
    await open();
    expect(
      await knocks(
        "/guarded/invalid_request",
        "/guarded/identity_provider_unavailable",
        "/guarded/conflict",
        "/guarded/good",
      ),
    ).toEqual([
      "400 invalid_request",
      "503 identity_provider_unavailable",
      "409",
      "200",
    ]);
  });

  it("does not count limits that are off", async () => {
    await open({
      limits: { ...limits, signIn: "off", signInFailures: "off" },
    });
    const refused = Array.from({ length: 10 }, () => "/guarded/invalid_token");
    expect(new Set(await knocks(...refused, "/front"))).toEqual(
      new Set(["401 invalid_token", "200"]),
    );
  });

  it("counts all clients without an address as one", async () => {
    await open();
    const knockFromSocket = () =>
      app.inject({ url: "/front", remoteAddress: "/run/proxy.sock" });
    const statuses = [];
    for (let call = 0; call < 5; call++) {
      statuses.push((await knockFromSocket()).statusCode);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
  });

  it("counts in the storage of the application", async () => {
    const keys: string[] = [];
    const storage: ThrottlerStorage = {
      increment(key: string, ttl: number): Promise<StorageRecord> {
        keys.push(key);
        return Promise.resolve({
          totalHits: 5,
          timeToExpire: ttl / 1000,
          isBlocked: true,
          timeToBlockExpire: 33,
        });
      },
    };
    await open({}, [{ provide: ThrottlerStorage, useValue: storage }]);
    const answer = await app.inject({ url: "/front" });
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([
      429,
      "33",
    ]);
    expect(keys).toEqual(["signIn:127.0.0.1"]);
    // Locked-out clients are refused without querying the store.
    await app.inject({ url: "/front" });
    expect(keys).toHaveLength(1);
  });

  it("does not affect the application's own limits of @nestjs/throttler", async () => {
    await open();
    expect(await knocks("/theirs", "/theirs")).toEqual([
      "200",
      "429 rate_limited",
    ]);
    expect(await knocks("/front", "/front")).toEqual(["200", "200"]);
  });
});
