import "reflect-metadata";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import {
  GoogleEmulator,
  googlePaths,
  TestDatabase,
} from "nest-google-auth/testing";
import { io } from "socket.io-client";
import { appModule, type Driver } from "./app.module.js";

const google = await GoogleEmulator.start();
after(() => google.stop());
const own = process.env.DATABASE_URL ? undefined : await TestDatabase.create();
after(() => own?.destroy());

async function start(driver: Driver) {
  const module = appModule(
    {
      SECRET_KEY: "only for tests: 8b1f4c0d9e7a6352f1e0",
      DATABASE_URL: own?.url ?? process.env.DATABASE_URL,
    },
    driver,
    {
      clientIds: google.clientIds,
      certsUrl: google.url + googlePaths.certs,
    },
  );
  const app =
    driver === "apollo"
      ? await NestFactory.create(module, new ExpressAdapter(), {
          logger: false,
        })
      : await NestFactory.create(module, new FastifyAdapter(), {
          logger: false,
        });
  await app.listen(0, "127.0.0.1");
  return app;
}

async function post(url: string, body: object, token?: string) {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text && JSON.parse(text) };
}

for (const driver of ["apollo", "mercurius"] as const) {
  test(`GraphQL by ${driver} and WebSockets are guarded`, async () => {
    const app = await start(driver);
    try {
      const url = await app.getUrl();
      const idToken = await google.idToken();
      const { body } = await post(`${url}/auth/google`, { idToken });
      const { accessToken, user } = body;
      const query = async (text: string, token?: string) =>
        (await post(`${url}/graphql`, { query: `{ ${text} }` }, token)).body;
      const codeOf = (answer: {
        errors?: { extensions?: { code?: string } }[];
      }) => answer.errors?.[0]?.extensions?.code;

      assert.deepEqual((await query("hello")).data, { hello: "hello" });
      assert.equal(codeOf(await query("me { userId }")), "unauthenticated");
      assert.equal(
        codeOf(await query("me { userId }", "guess")),
        "unauthenticated",
      );
      assert.deepEqual((await query("me { userId }", accessToken)).data, {
        me: { userId: user.id },
      });
      assert.equal(
        codeOf(await query("secret", accessToken)),
        "insufficient_role",
      );
      assert.match(
        (await query("bug")).errors[0].message,
        /a bug of the application|Internal server error/,
      );

      const message = (token: string | undefined, event: string) =>
        new Promise((resolve) => {
          const socket = io(url, {
            auth: { token },
            transports: ["websocket"],
            forceNew: true,
          });
          const end = (said: unknown) => {
            resolve(said);
            socket.close();
          };
          socket.on(event, end);
          socket.on("exception", ({ code }) => end(code));
          socket.emit(event, {});
        });
      assert.equal(await message(undefined, "me"), "unauthenticated");
      assert.equal(await message(accessToken, "me"), user.id);
      assert.equal(await message(accessToken, "secret"), "insufficient_role");

      // A revoked session is refused on the next message, and query, too.
      const { status } = await post(`${url}/auth/logout`, {}, accessToken);
      assert.equal(status, 204);
      assert.equal(await message(accessToken, "me"), "unauthenticated");
      assert.equal(
        codeOf(await query("me { userId }", accessToken)),
        "unauthenticated",
      );
    } finally {
      await app.close();
    }
  });
}
