import { setTimeout as delay } from "node:timers/promises";
import type { INestApplication } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { UserDirectory, Database } from "nest-google-auth";
import {
  GoogleEmulator,
  googlePaths,
  newAccount,
  TestDatabase,
} from "nest-google-auth/testing";
import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { appModule } from "../src/app.module.js";

let google: GoogleEmulator;
let database: TestDatabase | undefined;
/** Two instances of the application on one database. */
let apps: INestApplication[];
let url: string;
let otherUrl: string;
const sockets: Socket[] = [];

async function start(): Promise<INestApplication> {
  const env = {
    SECRET_KEY: "only for tests: 8b1f4c0d9e7a6352f1e0",
    DATABASE_URL: database?.url ?? process.env.DATABASE_URL,
  };
  const certsUrl = google.url + googlePaths.certs;
  const module = appModule(env, { clientIds: google.clientIds, certsUrl });
  const app = await NestFactory.create(module, { logger: ["error"] });
  await app.listen(0, "127.0.0.1");
  return app;
}

beforeAll(async () => {
  google = await GoogleEmulator.start();
  if (!process.env.DATABASE_URL) database = await TestDatabase.create();
  apps = [await start(), await start()];
  [url = "", otherUrl = ""] = await Promise.all(
    apps.map((app) => app.getUrl()),
  );
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});

afterAll(async () => {
  for (const app of apps) await app.close();
  await database?.destroy();
  await google.stop();
});

async function post(path: string, body: object, token?: string) {
  const answer = await fetch(url + path, {
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

async function signIn(account = newAccount()) {
  const idToken = await google.idToken({ account });
  const { body } = await post("/auth/google", { idToken });
  return { id: body.user.id as string, token: body.accessToken as string };
}

function connect(token: unknown, base = url): Socket {
  const socket = io(base, {
    ...{ auth: { token }, transports: ["websocket"] },
    ...{ forceNew: true, reconnection: false },
  });
  sockets.push(socket);
  return socket;
}

/** What a socket receives next, of the named events. */
function next(socket: Socket, ...events: string[]): Promise<[string, any]> {
  const timeout = delay(5000, undefined, { ref: false }).then(() => {
    throw new Error(`none of ${events.join(", ")}`);
  });
  const received = events.map(
    (event) =>
      new Promise<[string, any]>((resolve) =>
        socket.once(event, (data: unknown) => resolve([event, data])),
      ),
  );
  return Promise.race([...received, timeout]);
}

test.each([undefined, "guess", 7])(
  "a handshake with the token %j is refused with a code",
  async (token) => {
    const [event, error] = await next(
      connect(token),
      ...["connect", "connect_error"],
    );
    expect(event).toBe("connect_error");
    expect(error.data).toEqual({ code: "unauthenticated", status: 401 });
  },
);

test("signed-in users talk to each other", async () => {
  const [ada, kim] = [await signIn(), await signIn()];
  const [one, other] = [connect(ada.token), connect(kim.token)];
  await Promise.all([next(one, "connect"), next(other, "connect")]);
  one.emit("say", "hello");
  expect(await next(other, "said")).toEqual([
    ...["said", { from: ada.id, text: "hello" }],
  ]);
});

test("roles are checked for every message", async () => {
  const account = newAccount();
  const { id, token } = await signIn(account);
  const socket = connect(token);
  await next(socket, "connect");
  socket.emit("clear");
  const [, refused] = await next(socket, "exception", "cleared");
  expect(refused.code).toBe("insufficient_role");
  const users = apps[0]!.get(UserDirectory, { strict: false });
  await apps[0]!
    .get(Database, { strict: false })
    .transaction(async (transaction) => {
      const user = await users.lock(id, transaction);
      if (user) await users.change(user, { roles: ["admin"] }, transaction);
    });
  const admin = connect((await signIn(account)).token);
  await next(admin, "connect");
  admin.emit("clear");
  expect((await next(socket, "cleared"))[0]).toBe("cleared");
});

test("a socket is disconnected when its session ends, on every instance", async () => {
  const account = newAccount();
  const [{ token }, { token: kept }] = [
    await signIn(account),
    await signIn(account),
  ];
  const here = connect(token);
  const elsewhere = connect(token, otherUrl);
  const ofAnotherSession = connect(kept, otherUrl);
  const open = [here, elsewhere, ofAnotherSession];
  await Promise.all(open.map((socket) => next(socket, "connect")));
  const refusals = [here, elsewhere].map((socket) => next(socket, "exception"));
  const ends = [here, elsewhere].map((socket) => next(socket, "disconnect"));
  expect((await post("/auth/logout", {}, token)).status).toBe(204);
  // The next message is refused at once.
  here.emit("say", "still here?");
  for (const [, { code }] of await Promise.all(refusals)) {
    expect(code).toBe("unauthenticated");
  }
  for (const [, reason] of await Promise.all(ends)) {
    expect(reason).toBe("io server disconnect");
  }
  expect(ofAnotherSession.connected).toBe(true);
  const [, error] = await next(connect(token), "connect_error");
  expect(error.data.code).toBe("unauthenticated");
});
