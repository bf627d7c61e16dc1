import { once } from "node:events";
import {
  createServer,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Logger } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import {
  type GoogleSigningKey,
  newSigningKey,
} from "../../testing/google/signing-key";
import { GoogleSigningKeys } from "./google-signing-keys";
import { FrozenClock } from "../../testing/frozen-clock";

const hour = 3600;

/** Generated once; each test sets which of them the server publishes. */
let k1: GoogleSigningKey;
let k2: GoogleSigningKey;
let k3: GoogleSigningKey;
let answer: RequestListener;
let clock: FrozenClock;
let keys: GoogleSigningKeys;
let certsUrl: string;
const server = createServer((request, response) => answer(request, response));

function send(
  response: ServerResponse,
  published: readonly GoogleSigningKey[],
  headers: Readonly<Record<string, string>> = {
    "cache-control": "public, max-age=4600, must-revalidate",
    age: "1000",
  },
): void {
  const pems = published.map((key) => [key.kid, key.certificatePem]);
  response.writeHead(200, headers);
  response.end(JSON.stringify(Object.fromEntries(pems)));
}

/** Publishes these keys for one hour (max-age 4600 minus Age 1000). */
function publish(...published: GoogleSigningKey[]): void {
  answer = (_request, response) => send(response, published);
}

/** Holds the response to the next request until it is released. */
function hold(...published: GoogleSigningKey[]) {
  let release = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    answer = (_request, response) => {
      release = () => send(response, published);
      resolve();
    };
  });
  return { asked, release: () => release() };
}

async function refusalOf(kid: string): Promise<AuthError> {
  const outcome: unknown = await keys
    .find(kid)
    .catch((error: unknown) => error);
  if (outcome instanceof AuthError) return outcome;
  throw new Error("The key was found, or another error was thrown", {
    cause: outcome,
  });
}

async function expectFound(key: GoogleSigningKey): Promise<void> {
  const found = await keys.find(key.kid);
  expect(found.equals(key.publicKey)).toBe(true);
}

beforeAll(async () => {
  [k1, k2, k3] = await Promise.all([
    newSigningKey(),
    newSigningKey(),
    newSigningKey(),
  ]);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  certsUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`;
});

beforeEach(() => {
  jest.spyOn(Logger.prototype, "warn").mockReturnValue(undefined);
  jest.spyOn(globalThis, "fetch");
  clock = new FrozenClock(1_763_700_000_000);
  keys = new GoogleSigningKeys(
    { clients: [], certsUrl, clockSkewSeconds: 0 },
    clock,
  );
  publish(k1, k2);
});

afterEach(() => jest.restoreAllMocks());

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

describe("GoogleSigningKeys", () => {
  describe("when nothing is cached", () => {
    it("fetches once for 200 waiting calls", async () => {
      const { asked, release } = hold(k1, k2);
      const waiting = Array.from({ length: 200 }, (_, i) =>
        keys.find(i % 2 === 0 ? k1.kid : k2.kid),
      );
      await asked;
      release();
      const found = await Promise.all(waiting);
      expect(new Set(found).size).toBe(2);
      expect(found[0]?.equals(k1.publicKey)).toBe(true);
      expect(fetch).toHaveBeenCalledTimes(1);
    });
  });

  describe("when the keys are cached", () => {
    it("does not fetch for 90 % of max-age minus Age", async () => {
      await expectFound(k1);
      clock.advance(0.9 * hour - 0.001);
      await expectFound(k1);
      await expectFound(k2);
      expect(fetch).toHaveBeenCalledTimes(1);
    });

    it("then renews once in the background", async () => {
      await expectFound(k1);
      const { asked, release } = hold(k3);
      clock.advance(0.9 * hour);
      // While the response is held, calls use the old set.
      await Promise.all(Array.from({ length: 50 }, () => expectFound(k1)));
      await asked;
      const joined = keys.find(k3.kid);
      release();
      expect((await joined).equals(k3.publicKey)).toBe(true);
      expect(fetch).toHaveBeenCalledTimes(2);
    });

    it("waits for new keys once max-age has passed", async () => {
      await expectFound(k1);
      publish(k2, k3);
      clock.advance(hour);
      await expectFound(k3);
      expect(fetch).toHaveBeenCalledTimes(2);
      // Withdrawn by Google: no longer accepted.
      expect((await refusalOf(k1.kid)).reason).toBe("unknown_key");
    });

    it.each([
      ["keeps them 300 s without a lifetime", {}, 300],
      [
        "keeps them 1 s if the lifetime is 0",
        { "cache-control": "max-age=0" },
        1,
      ],
    ])("%s", async (_rule, headers, seconds) => {
      answer = (_request, response) => send(response, [k1], headers);
      await expectFound(k1);
      clock.advance(0.9 * seconds - 0.001);
      await expectFound(k1);
      expect(fetch).toHaveBeenCalledTimes(1);
      clock.advance(0.1 * seconds + 0.001);
      await expectFound(k1);
      expect(fetch).toHaveBeenCalledTimes(2);
    });

    it("tries a background renewal again every 10 s", async () => {
      await expectFound(k1);
      const { asked, release } = hold();
      clock.advance(0.9 * hour);
      await expectFound(k1);
      await asked;
      // Joins the renewal, which fails with an empty map.
      const joined = refusalOf(k3.kid);
      release();
      expect((await joined).code).toBe("identity_provider_unavailable");
      clock.advance(9.999);
      await expectFound(k1);
      expect(fetch).toHaveBeenCalledTimes(2);
      const again = hold(k1);
      clock.advance(0.001);
      await expectFound(k1);
      await again.asked;
      again.release();
      expect(fetch).toHaveBeenCalledTimes(3);
    });
  });

  describe("when a key id is unknown", () => {
    it("finds a newly rotated key with one fetch for 50 calls", async () => {
      await expectFound(k1);
      publish(k2, k3);
      await Promise.all(Array.from({ length: 50 }, () => expectFound(k3)));
      expect(fetch).toHaveBeenCalledTimes(2);
      await expectFound(k3);
      expect(fetch).toHaveBeenCalledTimes(2);
    });

    it("fetches once per 10 s for any number of unknown ids", async () => {
      await expectFound(k1);
      const refusals = await Promise.all(
        Array.from({ length: 1000 }, (_, i) => refusalOf(`made up ${i}`)),
      );
      for (const { code, reason } of refusals) {
        expect([code, reason]).toEqual(["invalid_token", "unknown_key"]);
      }
      expect(fetch).toHaveBeenCalledTimes(2);
      clock.advance(9.999);
      await refusalOf("made up later");
      expect(fetch).toHaveBeenCalledTimes(2);
      clock.advance(0.001);
      await refusalOf("made up later");
      expect(fetch).toHaveBeenCalledTimes(3);
    });

    // Guards against treating a response in transit as the newest.
    it("fetches again if the response in transit is older than the key", async () => {
      await expectFound(k1);
      const { asked, release } = hold(k1, k2);
      clock.advance(0.9 * hour);
      await expectFound(k1);
      await asked;
      const sought = Promise.all([1, 2, 3].map(() => expectFound(k3)));
      publish(k1, k2, k3);
      release();
      await sought;
      expect(fetch).toHaveBeenCalledTimes(3);
    });

    it("serves the known keys meanwhile, without a fetch", async () => {
      await expectFound(k1);
      await refusalOf("made up");
      await expectFound(k1);
      expect(fetch).toHaveBeenCalledTimes(2);
    });

    it.each(["__proto__", "constructor", ""])(
      "does not find %j",
      async (kid) => {
        expect((await refusalOf(kid)).reason).toBe("unknown_key");
      },
    );
  });
});
