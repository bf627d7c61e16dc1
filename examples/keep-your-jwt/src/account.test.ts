import "reflect-metadata";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NestFactory } from "@nestjs/core";
import { JwtService } from "@nestjs/jwt";
import {
  GoogleEmulator,
  googlePaths,
  newAccount,
  TestDatabase,
} from "nest-google-auth/testing";
import { DataSource } from "typeorm";
import { appModule } from "./app.module.js";

const google = await GoogleEmulator.start();
// Empty, as the application's migrations include nest-google-auth's.
const own = process.env.DATABASE_URL
  ? undefined
  : await TestDatabase.createEmpty();
const JWT_SECRET = "the application's own secret: 4f1d0c2b9a8e";
const env = {
  ...{ SECRET_KEY: "only for tests: 8b1f4c0d9e7a6352f1e0", JWT_SECRET },
  DATABASE_URL: own?.url ?? process.env.DATABASE_URL,
};
const app = await NestFactory.create(
  appModule(env, {
    clientIds: google.clientIds,
    certsUrl: google.url + googlePaths.certs,
  }),
  { logger: false },
);
await app.listen(0, "127.0.0.1");
const url = await app.getUrl();
after(async () => {
  await app.close();
  await own?.destroy();
  await google.stop();
});

/** As the application's own sign-in with passwords makes them. */
const oldToken = (id: number, secret = JWT_SECRET) =>
  new JwtService({ secret }).sign({ sub: String(id) }, { expiresIn: "1h" });

async function addAccount(email = ""): Promise<number> {
  const [{ id }] = await app
    .get(DataSource)
    .query(
      "INSERT INTO public.accounts (email) VALUES (lower($1)) RETURNING id",
      [email],
    );
  return id;
}

async function signIn(account: ReturnType<typeof newAccount>) {
  const answer = await fetch(`${url}/auth/google`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ idToken: await google.idToken({ account }) }),
  });
  const body = (await answer.json()) as { accessToken: string; code?: string };
  return { status: answer.status, ...body };
}

async function get(path: string, token?: string) {
  const headers = token ? { authorization: `Bearer ${token}` } : undefined;
  const answer = await fetch(url + path, { headers });
  const body = (await answer.json()) as { accountId?: number };
  return [answer.status, body.accountId];
}

test("both tokens of a person are accepted on one route, for one account", async () => {
  const account = newAccount();
  const id = await addAccount(account.email);
  const { accessToken } = await signIn(account);
  for (const token of [oldToken(id), accessToken]) {
    assert.deepEqual(await get("/account", token), [200, id]);
  }
  assert.deepEqual(await get("/account/old", oldToken(id)), [200, id]);
  assert.deepEqual(await get("/account/new", accessToken), [200, id]);
});

test("each token is accepted only where it belongs", async () => {
  const { accessToken } = await signIn(newAccount());
  assert.equal((await get("/account/old", accessToken))[0], 401);
  assert.equal((await get("/account/new", oldToken(1)))[0], 401);
});

test("no other token is accepted", async () => {
  const account = newAccount();
  const { accessToken } = await signIn(account);
  const encode = (part: object) =>
    Buffer.from(JSON.stringify(part)).toString("base64url");
  const [, payload = "", signature = ""] = accessToken.split(".");
  const tokens = [
    ...[undefined, "guess", "a.b.c", await google.idToken({ account })],
    oldToken(1, "the secret of somebody else: 9d8c7b6a"),
    // With a header that names the other guard, or no algorithm.
    `${encode({ alg: "HS256", typ: "JWT" })}.${payload}.${signature}`,
    `${encode({ alg: "none", typ: "JWT" })}.${encode({ sub: "1" })}.`,
    `${encode({ alg: "none", typ: "at+jwt" })}.${payload}.`,
  ];
  for (const token of tokens) {
    assert.deepEqual(await get("/account", token), [401, undefined]);
  }
});

test("an account is not given to an address that Google is not authoritative for", async () => {
  const account = newAccount();
  const other = { ...account, email: `${account.sub}@mail.example` };
  await addAccount(other.email);
  const { status, code } = await signIn(other);
  assert.deepEqual([status, code], [403, "sign_up_not_allowed"]);
});
