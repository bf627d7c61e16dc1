import {
  AskedApi,
  expectUnavailable,
  good,
  timeoutMilliseconds,
} from "./support/asked-api";
import { refusal } from "./support/calls";
import {
  answers,
  type Behaviour,
  FaultyApi,
  floods,
  hangs,
  resets,
  stalls,
} from "./support/faulty-api";
import { postJson } from "./support/requests";
import { rowCounts } from "./support/rows";

describe("a failing remote Verify Token API", () => {
  let site: AskedApi;

  beforeAll(async () => {
    site = await AskedApi.start();
  });

  beforeEach(() => site.renew());

  afterAll(() => site.stop());

  const openCircuit = async () => {
    site.api.behaviour = answers(500);
    for (let i = 0; i < 5; i++) {
      expectUnavailable(await site.signIn(), "verify_token_api_no_answer");
    }
    expectUnavailable(await site.signIn(), "circuit_open");
  };

  describe("fails", () => {
    it.each<[string, Behaviour, number]>([
      ["500", answers(500, { error: "oops" }), 1],
      ["407", answers(407, {}), 1],
      ["our credentials refused", answers(401, { error: "invalid_client" }), 1],
      ["503", answers(503), 2],
      ["a broken connection", resets, 2],
      ["silence", hangs, 1],
      ["a stalled response", stalls, 1],
    ])(
      "%s: 503 within the time limit, and no user is created",
      async (_what, behaviour, attempts) => {
        site.api.behaviour = behaviour;
        const startedAt = performance.now();
        expectUnavailable(await site.signIn(), "verify_token_api_no_answer");
        expect(performance.now() - startedAt).toBeLessThan(
          timeoutMilliseconds + 1000,
        );
        expect(site.api.requests).toHaveLength(attempts);
        expect(await rowCounts(site.service)).toEqual({
          users: 0,
          identities: 0,
          sessions: 0,
        });
      },
    );
  });

  describe("returns an unclear response", () => {
    it.each<[string, Behaviour]>([
      ["a web page", answers(200, "<html>Welcome</html>")],
      ["nothing", answers(200)],
      ["truncated JSON", answers(200, '{"active":true,"sub":"a')],
      ["a list", answers(200, [])],
      ["null", answers(200, null)],
      ["a number", answers(200, 1)],
      ["an active that is a string", good({ active: "true" })],
      ["an active that is null", good({ active: null })],
      ["100 MB and more", floods],
      ["429", answers(429, {}, { "retry-after": "3600" })],
      ["408", answers(408, {})],
      [
        "a redirect",
        answers(302, {}, { location: "http://127.0.0.1:1/verify-token" }),
      ],
    ])("%s: 503, and the circuit stays closed", async (_what, behaviour) => {
      site.api.behaviour = behaviour;
      for (let i = 0; i < 6; i++) {
        expectUnavailable(
          await site.signIn(),
          "verify_token_api_malformed_answer",
        );
      }
      expect(site.api.requests).toHaveLength(6);
      expect(await rowCounts(site.service)).toMatchObject({ users: 0 });
      site.api.behaviour = good();
      expect((await site.signIn()).status).toBe(200);
    });
  });

  describe("is sent malformed tokens", () => {
    // Guards against five tokens that the API refuses with 422 opening the
    // circuit.
    it.each([400, 401, 403, 404, 405, 410, 413, 415, 418, 422, 451])(
      "and returns %i: valid tokens are still accepted",
      async (status) => {
        site.api.behaviour = (response, count) => {
          const { token } = site.api.requests[count - 1]?.body ?? {};
          (token === "garbage" ? answers(status) : good())(response, count);
        };
        for (let i = 0; i < 12; i++) {
          const answer = await site.signIn("garbage");
          expect([...refusal(answer), answer.body.reason]).toEqual([
            ...[401, "invalid_token"],
            "refused_by_provider",
          ]);
        }
        expect((await site.signIn("of-an-honest-user")).status).toBe(200);
      },
    );

    // Guards against five tokens that make the API fail opening the circuit for
    // every user.
    it("and fails each time: clients from networks with earlier sign-ins are still admitted", async () => {
      const fails = answers(500);
      site.api.behaviour = (response, count) => {
        const { token } = site.api.requests[count - 1]?.body ?? {};
        (token === "garbage" ? fails : good())(response, count);
      };
      const user = () => site.signIn("valid", site.service, "192.0.2.1");
      expect((await user()).status).toBe(200);
      for (let i = 0; i < 12; i++) {
        const stranger = `198.51.100.${i}`;
        expectUnavailable(
          await site.signIn("garbage", site.service, stranger),
          "verify_token_api_no_answer",
        );
      }
      expect((await user()).status).toBe(200);
    });

    it("after an outage: a refusal of a malformed token closes the circuit", async () => {
      await openCircuit();
      site.clock.advance(10);
      site.api.behaviour = answers(422, { error: "unprocessable" });
      expect(refusal(await site.signIn("garbage"))).toEqual([
        ...[401, "invalid_token"],
      ]);
      site.api.behaviour = good();
      expect((await site.signIn()).status).toBe(200);
    });

    it("after an outage: an unclear response closes the circuit, too", async () => {
      await openCircuit();
      site.clock.advance(10);
      site.api.behaviour = answers(200, "<html>What?</html>");
      expectUnavailable(
        await site.signIn("garbage"),
        "verify_token_api_malformed_answer",
      );
      site.api.behaviour = good();
      expect((await site.signIn()).status).toBe(200);
    });

    it("and returns 404: the log asks once whether the URL is right", async () => {
      site.api.behaviour = answers(404, { error: "not here" });
      for (let i = 0; i < 3; i++) await site.signIn("garbage");
      const lines = site.service.logLines.filter((line) =>
        line.includes("is its URL right?"),
      );
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain("404");
    });
  });

  describe("that fails briefly", () => {
    it.each([502, 503, 504])("with %i is retried once", async (status) => {
      site.api.behaviour = (response, count) => {
        (count === 1 ? answers(status) : good())(response, count);
      };
      expect((await site.signIn()).status).toBe(200);
      expect(site.api.requests).toHaveLength(2);
    });

    it("for all clients is retried a limited number of times", async () => {
      let failing = true;
      site.api.behaviour = (response, count) => {
        (failing ? answers(503) : good())(response, count);
        failing = !failing;
      };
      // Each first attempt fails, and each second one succeeds.
      let retried = 0;
      for (let i = 0; i < 11; i++) {
        if ((await site.signIn()).status === 200) retried++;
      }
      expect(retried).toBe(11);
      failing = true;
      expectUnavailable(await site.signIn(), "verify_token_api_no_answer");
    });
  });

  describe("that keeps failing", () => {
    it("gets no requests after five failures in a row, until ten seconds have passed", async () => {
      await openCircuit();
      expect(site.api.requests).toHaveLength(5);
      site.clock.advance(9.999);
      const answer = await site.signIn();
      expectUnavailable(answer, "circuit_open");
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(site.api.requests).toHaveLength(5);
      site.clock.advance(0.001);
      site.api.behaviour = good();
      expect((await site.signIn()).status).toBe(200);
      expect((await site.signIn()).status).toBe(200);
      expect(site.api.requests).toHaveLength(7);
    });

    it.each([
      ["407", answers(407)],
      ["503", answers(503)],
      ["a broken connection", resets],
      ["our credentials refused", answers(401, { error: "unauthenticated" })],
    ])(
      "with %s gets no requests after five failures in a row",
      async (_what, fails) => {
        site.api.behaviour = fails;
        for (let i = 0; i < 5; i++) {
          expectUnavailable(await site.signIn(), "verify_token_api_no_answer");
        }
        expectUnavailable(await site.signIn(), "circuit_open");
      },
    );

    it("keeps getting requests if it responds in between", async () => {
      for (let i = 0; i < 12; i++) {
        site.api.behaviour = i % 4 === 3 ? answers(401) : answers(500);
        expect((await site.signIn()).body.reason).not.toBe("circuit_open");
      }
    });

    it("gets one trial request, and none after it fails", async () => {
      await openCircuit();
      site.clock.advance(10);
      site.api.behaviour = answers(503);
      const all = await Promise.all(
        Array.from({ length: 20 }, () => site.signIn()),
      );
      const reasons = all.map(({ body }) => body.reason).sort();
      expect(reasons).toEqual([
        ...Array.from({ length: 19 }, () => "circuit_open"),
        "verify_token_api_no_answer",
      ]);
      // The trial is not retried: one request is enough.
      expect(site.api.requests).toHaveLength(6);
      site.clock.advance(9);
      expectUnavailable(await site.signIn(), "circuit_open");
      site.clock.advance(1);
      site.api.behaviour = answers(401);
      expect(refusal(await site.signIn())).toEqual([401, "invalid_token"]);
    });

    it("does not stop sign-ins with Google", async () => {
      await openCircuit();
      const idToken = await site.google.idToken();
      const answer = await postJson(site.service, "/auth/google", { idToken });
      expect(answer.status).toBe(200);
    });

    it("is not left out for longer when the clock jumps back", async () => {
      await openCircuit();
      site.clock.advance(-3600);
      site.api.behaviour = good();
      expect((await site.signIn()).status).toBe(200);
      site.clock.advance(3600);
    });
  });

  it("that is unreachable is 503 until it is reachable", async () => {
    const { port } = new URL(site.api.url);
    await site.api.stop();
    expectUnavailable(await site.signIn(), "verify_token_api_no_answer");
    site.api = await FaultyApi.start(Number(port));
    site.api.behaviour = good();
    expect((await site.signIn()).status).toBe(200);
  });
});
