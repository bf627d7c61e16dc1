import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
} from "@nestjs/common";
import { Redis } from "ioredis";

@Module({})
export class RedisModule implements OnApplicationShutdown {
  constructor(@Inject(Redis) private readonly redis: Redis) {}

  static at(url: string): DynamicModule {
    const redis = {
      provide: Redis,
      useFactory: () => {
        const client = new Redis(url, {
          // Calls fail during an outage, instead of waiting for its end.
          ...{ maxRetriesPerRequest: 1, commandTimeout: 2000 },
          retryStrategy: (attempt) => Math.min(attempt * 50, 500),
        });
        // Each call reports it; without a listener the process would end.
        return client.on("error", () => undefined);
      },
    };
    return { module: RedisModule, providers: [redis], exports: [Redis] };
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}
