import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import { appModule } from "./app.module.js";

const app = await NestFactory.create(appModule(process.env));
await app.listen(process.env.PORT ?? 3001);
