import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import { appModule } from "./app.module.js";

const { env } = process;
const google = { clientIds: [env.GOOGLE_CLIENT_ID ?? ""] };
const app = await NestFactory.create(appModule(env, google));
await app.listen(env.PORT ?? 3000);
