import "reflect-metadata";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NestFactory } from "@nestjs/core";
import {
  GoogleEmulator,
  googlePaths,
  TestDatabase,
} from "nest-google-auth/testing";
import { appModule } from "./app.module.js";

const google = await GoogleEmulator.start();
after(() => google.stop());
const own = process.env.DATABASE_URL ? undefined : await TestDatabase.create();
after(() => own?.destroy());
const env = {
  SECRET_KEY: "only for tests: 8b1f4c0d9e7a6352f1e0",
  DATABASE_URL: own?.url ?? process.env.DATABASE_URL,
};

test("a Google account signs in, and only with a good token", async () => {
  const app = await NestFactory.create(
    appModule(env, {
      clientIds: google.clientIds,
      certsUrl: google.url + googlePaths.certs,
    }),
    { logger: ["error"] },
  );
  await app.listen(0, "127.0.0.1");
  const signIn = async (idToken: string) =>
    fetch(`${await app.getUrl()}/auth/google`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ idToken }),
    });
  const answer = await signIn(await google.idToken());
  assert.equal(answer.status, 200);
  const { accessToken } = (await answer.json()) as { accessToken: string };
  const me = await fetch(`${await app.getUrl()}/users/me`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  assert.equal(me.status, 200);
  assert.equal((await signIn("guess")).status, 401);
  await app.close();
});
