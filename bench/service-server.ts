import "reflect-metadata";
import { Controller, Get } from "@nestjs/common";
import { readEnvironment } from "../src/config/read-environment";
import { createApp } from "../src/service/create-app";
import { CurrentUser } from "../src/index";
import { serveBench } from "./child";

/** A minimal guarded route, to measure the cost of the guard. */
@Controller("bench")
class BenchController {
  @Get("principal")
  principal(@CurrentUser("userId") userId: string) {
    return { userId };
  }
}

async function main(): Promise<void> {
  const app = await createApp(readEnvironment(process.env), {
    controllers: [BenchController],
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  serveBench(await app.getUrl());
}

void main();
