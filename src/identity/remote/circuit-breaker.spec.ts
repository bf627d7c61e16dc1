import { FrozenClock } from "../../testing/frozen-clock";
import {
  CircuitBreaker,
  CircuitOpenError,
  failuresUntilOpen,
  openSeconds,
  trustedFirstSeconds,
} from "./circuit-breaker";

describe("CircuitBreaker", () => {
  let clock: FrozenClock;
  let breaker: CircuitBreaker;

  beforeEach(() => {
    clock = new FrozenClock();
    breaker = new CircuitBreaker(clock);
  });

  const succeed = () => breaker.run(null, () => Promise.resolve("answer"));
  const fail = () =>
    breaker.run(null, () => Promise.reject(new Error("down"))).catch(String);
  const failTimes = async (times: number) => {
    for (let i = 0; i < times; i++) expect(await fail()).toBe("Error: down");
  };
  const isRefused = async () => {
    let asked = false;
    const run = breaker.run(null, () => {
      asked = true;
      return Promise.resolve();
    });
    const error: unknown = await run.catch((cause: unknown) => cause);
    if (!(error instanceof CircuitOpenError)) return false;
    expect(asked).toBe(false);
    return error.retryAfterSeconds;
  };
  /** A task that a test ends. */
  const begin = () => {
    let end: (failure?: Error) => void = () => undefined;
    const done = breaker
      .run(
        null,
        () =>
          new Promise<void>((resolve, reject) => {
            end = (failure) => {
              if (failure) reject(failure);
              else resolve();
            };
          }),
      )
      .catch(() => undefined);
    return {
      end: (failure?: Error) => {
        end(failure);
        return done;
      },
    };
  };

  it("opens at the fifth failure in a row, and returns when to retry", async () => {
    await failTimes(failuresUntilOpen - 1);
    await succeed();
    await failTimes(failuresUntilOpen);
    expect(await isRefused()).toBe(openSeconds);
    clock.advance(openSeconds - 0.5);
    expect(await isRefused()).toBe(1);
  });

  it("admits one task after the time, and closes if it succeeds", async () => {
    await failTimes(failuresUntilOpen);
    clock.advance(openSeconds);
    const probe = begin();
    expect(await isRefused()).toBe(1);
    await probe.end();
    expect(await succeed()).toBe("answer");
    await failTimes(failuresUntilOpen - 1);
    expect(await isRefused()).toBe(false);
  });

  it("marks only that task as the probe", async () => {
    const told: boolean[] = [];
    const tell = (failure?: Error) =>
      breaker
        .run(null, (isProbe) => {
          told.push(isProbe);
          return failure ? Promise.reject(failure) : Promise.resolve();
        })
        .catch(() => undefined);
    for (let i = 0; i < failuresUntilOpen; i++) await tell(new Error("down"));
    clock.advance(openSeconds);
    await tell();
    await tell();
    expect(told).toEqual([false, false, false, false, false, true, false]);
  });

  it("stays open for the same time again if it fails", async () => {
    await failTimes(failuresUntilOpen);
    clock.advance(openSeconds);
    await failTimes(1);
    expect(await isRefused()).toBe(openSeconds);
  });

  it("ignores results of tasks that started before it opened", async () => {
    const late = [begin(), begin()];
    await failTimes(failuresUntilOpen);
    await late[0]?.end();
    expect(await isRefused()).toBe(openSeconds);
    clock.advance(openSeconds);
    await succeed();
    await late[1]?.end(new Error("down"));
    await failTimes(failuresUntilOpen - 1);
    expect(await isRefused()).toBe(false);
  });

  it("opens once for many concurrent failures", async () => {
    const all = Array.from({ length: 20 }, begin);
    for (const call of all.slice(0, 10)) await call.end(new Error("down"));
    clock.advance(5);
    for (const call of all.slice(10)) await call.end(new Error("down"));
    expect(await isRefused()).toBe(openSeconds - 5);
  });

  it("probes again after the clock jumped back", async () => {
    await failTimes(failuresUntilOpen);
    clock.advance(-3600);
    expect(await succeed()).toBe("answer");
  });

  it("handles a probe that throws synchronously", async () => {
    await failTimes(failuresUntilOpen);
    clock.advance(openSeconds);
    const throwing = breaker.run(null, () => {
      throw new Error("at once");
    });
    await expect(throwing).rejects.toThrow("at once");
    clock.advance(openSeconds);
    expect(await succeed()).toBe("answer");
  });

  describe("with a trusted caller", () => {
    const failFor = (caller: string | null) =>
      breaker.run(caller, () => Promise.reject(new Error("down")));
    const failFrom = async (caller: string | null, times: number) => {
      for (let i = 0; i < times; i++) {
        await expect(failFor(caller)).rejects.toThrow("down");
      }
    };
    const answer = () => Promise.resolve("answer");

    beforeEach(() => breaker.trust("honest"));

    it.each(["stranger", null])(
      "stays closed, however often the calls of %p fail",
      async (caller) => {
        await failFrom(caller, failuresUntilOpen * 4);
        expect(await breaker.run("honest", answer)).toBe("answer");
      },
    );

    it("is closed by a stranger if no trusted caller comes back", async () => {
      await failFrom("honest", failuresUntilOpen);
      clock.advance(openSeconds + trustedFirstSeconds - 1);
      await expect(breaker.run("stranger", answer)).rejects.toThrow(
        CircuitOpenError,
      );
      clock.advance(1);
      expect(await breaker.run("stranger", answer)).toBe("answer");
      expect(await breaker.run(null, answer)).toBe("answer");
    });

    it("is not kept open by strangers whose probes fail or hang", async () => {
      await failFrom("honest", failuresUntilOpen);
      clock.advance(openSeconds + trustedFirstSeconds);
      await failFrom("stranger", 3);
      let end: (value: string) => void = () => undefined;
      const hanging = breaker.run(
        "stranger",
        () => new Promise<string>((resolve) => (end = resolve)),
      );
      await expect(breaker.run("other", answer)).rejects.toThrow(
        CircuitOpenError,
      );
      expect(await breaker.run("honest", answer)).toBe("answer");
      end("late");
      expect(await hanging).toBe("late");
    });

    it("opens when the trusted caller's calls fail, and is closed by its probe only", async () => {
      await failFrom("honest", failuresUntilOpen);
      clock.advance(openSeconds);
      await expect(failFor("stranger")).rejects.toThrow(CircuitOpenError);
      expect(await breaker.run("honest", answer)).toBe("answer");
      expect(await breaker.run("stranger", answer)).toBe("answer");
    });
  });
});
