import "reflect-metadata";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { NestFactory } from "@nestjs/core";
import { GoogleEmulator, TestDatabase } from "nest-google-auth/testing";
import { appModule } from "./app.module.js";
import { startIssuer } from "./issuer.js";

const google = await GoogleEmulator.start();
const own = process.env.DATABASE_URL ? undefined : await TestDatabase.create();
const databaseUrl = own?.url ?? process.env.DATABASE_URL ?? "";
const issuer = await startIssuer(google, databaseUrl);
const credentials = {
  CLIENT_ID: "invoices",
  CLIENT_SECRET: "Zk3vN8qLwR5tYb1xGd7mPc4hJf9sUa2e",
};
const apps = await Promise.all(
  [{}, credentials].map(async (env) => {
    const module = appModule({ ISSUER: issuer.url, ...env });
    const app = await NestFactory.create(module, { logger: ["error"] });
    await app.listen(0, "127.0.0.1");
    return { url: await app.getUrl(), close: () => app.close() };
  }),
);
const [app, introspecting] = apps as [(typeof apps)[0], (typeof apps)[0]];
after(async () => {
  for (const one of [...apps, issuer]) await one.close();
  await own?.destroy();
  await google.stop();
});

async function post(path: string, body: object, token = "") {
  const answer = await fetch(issuer.url + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return text && JSON.parse(text);
}

async function get(path: string, token?: string, base = app.url) {
  const headers = token && { authorization: `Bearer ${token}` };
  const answer = await fetch(base + path, { headers: headers || {} });
  const body = (await answer.json()) as { code?: string; of?: string };
  return [answer.status, body.code ?? body.of];
}

test("only tokens of the issuer are accepted", async () => {
  const idToken = await google.idToken();
  const { accessToken, refreshToken, user } = await post("/auth/google", {
    idToken,
  });
  assert.deepEqual(await get("/invoices", accessToken), [200, user.id]);
  const refused = [401, "unauthenticated"];
  assert.deepEqual(await get("/invoices"), refused);
  // Not Google's token, nor a refresh token, nor one that was changed.
  const others = [idToken, refreshToken, `${accessToken.slice(0, -4)}AAAA`];
  for (const token of others) {
    assert.deepEqual(await get("/invoices", token), refused);
  }
  assert.deepEqual(await get("/invoices/all", accessToken), [
    ...[403, "insufficient_role"],
  ]);
  assert.equal((await get("/invoices/prices"))[0], 200);
});

test("with introspection, an ended session is refused within a second", async () => {
  const { accessToken } = await post("/auth/google", {
    idToken: await google.idToken(),
  });
  const [status] = await get("/invoices", accessToken, introspecting.url);
  assert.equal(status, 200);
  await post("/auth/logout", {}, accessToken);
  await delay(1100);
  assert.deepEqual(await get("/invoices", accessToken, introspecting.url), [
    ...[401, "unauthenticated"],
  ]);
  // Without it, the token is valid until it expires.
  assert.equal((await get("/invoices", accessToken))[0], 200);
});
