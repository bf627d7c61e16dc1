/**
 * A third-party application, in a folder that only contains the packed package
 * and its dependencies: signs in, calls a guarded route, refreshes, signs out,
 * and gets its own 404. Bodies are JSON, a form, empty and of another type.
 * Prints one line of JSON.
 *
 * PLATFORM is express or fastify, DATABASE_URL an empty database, and
 * CONNECTION "own" to use the application's own DataSource.
 */
import "reflect-metadata";
import assert from "node:assert/strict";
import { Blob } from "node:buffer";
import { readFileSync } from "node:fs";
import { URLSearchParams } from "node:url";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { TypeOrmModule } from "@nestjs/typeorm";
import {
  CurrentUser,
  GoogleAuthModule,
  googleAuthEntities,
  googleAuthMigrations,
} from "nest-google-auth";
import { GoogleEmulator, googlePaths } from "nest-google-auth/testing";

const { PLATFORM: platform, DATABASE_URL: url, CONNECTION } = process.env;
const version = (name) =>
  JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;

class Things {
  mine(user) {
    return { userId: user.userId };
  }
}
CurrentUser()(Things.prototype, "mine", 0);
Get("mine")(
  Things.prototype,
  "mine",
  Object.getOwnPropertyDescriptor(Things.prototype, "mine"),
);
Reflect.defineMetadata("design:paramtypes", [Object], Things.prototype, "mine");
Controller("things")(Things);

const google = await GoogleEmulator.start();
const ownConnection = TypeOrmModule.forRoot({
  ...{ type: "postgres", url, entities: googleAuthEntities },
  // Together with the application's migrations, in one run.
  ...{ migrations: [...googleAuthMigrations], migrationsRun: true },
});
class App {}
Module({
  imports: [
    ...(CONNECTION === "own" ? [ownConnection] : []),
    GoogleAuthModule.forRoot({
      publicUrl: "https://host.example",
      secretKey: "only for tests: 8b1f4c0d9e7a6352f1e0",
      google: {
        clientIds: google.clientIds,
        certsUrl: google.url + googlePaths.certs,
      },
      database: CONNECTION === "own" ? { connection: "default" } : { url },
    }),
  ],
  controllers: [Things],
})(App);

async function adapter() {
  if (platform === "express") {
    const { ExpressAdapter } = await import("@nestjs/platform-express");
    return new ExpressAdapter();
  }
  const { fastifyAdapter } = await import("nest-google-auth/fastify");
  return fastifyAdapter();
}

const app = await NestFactory.create(App, await adapter(), {
  logger: ["error"],
  abortOnError: false,
});
if (platform === "fastify") {
  const { setUpFastify } = await import("nest-google-auth/fastify");
  setUpFastify(app);
}
await app.listen(0, "127.0.0.1");
const base = await app.getUrl();

const jsonType = "application/json";

async function call(method, path, { token, body } = {}) {
  const answer = await fetch(base + path, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { "content-type": jsonType }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text && JSON.parse(text) };
}

const idToken = await google.idToken();
const signedIn = await call("POST", "/auth/google", { body: { idToken } });
assert.equal(signedIn.status, 200, JSON.stringify(signedIn.body));
const { accessToken, refreshToken, user } = signedIn.body;
const mine = await call("GET", "/things/mine", { token: accessToken });
assert.deepEqual(mine, { status: 200, body: { userId: user.id } });
const refused = await call("GET", "/things/mine");
assert.deepEqual([refused.status, refused.body.code], [401, "unauthenticated"]);
const asForm = await fetch(`${base}/auth/google`, {
  method: "POST",
  body: new URLSearchParams({ idToken }),
});
assert.equal(asForm.status, 200, "a form");
const forged = await call("POST", "/auth/google", {
  body: { idToken: `${idToken.slice(0, -4)}AAAA` },
});
assert.deepEqual([forged.status, forged.body.code], [401, "invalid_token"]);
const renewed = await call("POST", "/auth/refresh", { body: { refreshToken } });
assert.equal(renewed.status, 200);
const sessions = await call("GET", "/auth/sessions", { token: accessToken });
assert.equal(sessions.body.length ?? sessions.body.items.length, 2);
const { accessToken: last } = renewed.body;
// As clients send that set the type for all their calls.
const typed = { authorization: `Bearer ${last}`, "content-type": jsonType };
const signedOut = await fetch(`${base}/auth/logout`, {
  ...{ method: "POST", headers: typed, duplex: "half" },
  body: platform === "fastify" ? new Blob([]).stream() : undefined,
});
assert.equal(signedOut.status, 204);
const over = await call("GET", "/things/mine", { token: last });
assert.equal(over.status, 401);
const missing = await call("GET", "/nowhere");
assert.deepEqual([missing.status, missing.body.statusCode], [404, 404]);
const text = { method: "POST", body: "idToken=a" };
const unsupported = await fetch(`${base}/auth/google`, text);
assert.equal(unsupported.status, platform === "fastify" ? 415 : 400);
await app.close();
await google.stop();
console.log(
  JSON.stringify({
    node: process.version,
    nest: version("@nestjs/core"),
    typeorm: version("typeorm"),
    platform,
  }),
);
