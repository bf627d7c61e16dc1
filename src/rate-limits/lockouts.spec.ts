import { AuthError } from "../common/auth-error";
import { Lockouts } from "./lockouts";
import { FrozenClock } from "../testing/frozen-clock";

const network = "192.0.2.1";
/** The last hit of a window that ends in a minute. */
const minuteLeft = {
  totalHits: 3,
  timeToExpire: 60,
  isBlocked: false,
  timeToBlockExpire: 0,
};

describe("Lockouts", () => {
  let clock: FrozenClock;
  let lockouts: Lockouts;

  beforeEach(() => {
    clock = new FrozenClock(1_763_700_000_000);
    lockouts = new Lockouts(clock);
  });

  /**
   * In how many seconds the network is admitted again; null if it is admitted
   * now.
   */
  function refusal(): number | null {
    try {
      lockouts.check("signInFailures", network);
      return null;
    } catch (error) {
      expect(error).toBeInstanceOf(AuthError);
      const { code, reason, retryAfterSeconds } = error as AuthError;
      expect([code, reason]).toEqual(["rate_limited", "sign_in_failures"]);
      return retryAfterSeconds ?? NaN;
    }
  }

  it("admit unknown networks", () => {
    expect(refusal()).toBeNull();
  });

  it("block a network until the end of its window, in whole seconds", () => {
    lockouts.add("signInFailures", network, minuteLeft);
    expect(refusal()).toBe(60);
    clock.advance(0.5);
    expect(refusal()).toBe(60);
    clock.advance(59.499);
    expect(refusal()).toBe(1);
    clock.advance(0.001);
    expect(refusal()).toBeNull();
  });

  it("block it for as long as the store", () => {
    const blocked = { ...minuteLeft, isBlocked: true, timeToBlockExpire: 90 };
    const answer = lockouts.add("signInFailures", network, blocked);
    expect(answer.retryAfterSeconds).toBe(90);
    expect(refusal()).toBe(90);
  });

  it.each([0, -1, 0.2])(
    "return at least one second if %d seconds are left",
    (timeToExpire) => {
      const record = { ...minuteLeft, timeToExpire };
      const answer = lockouts.add("signInFailures", network, record);
      expect(answer.retryAfterSeconds).toBe(1);
    },
  );

  it("separate networks and limits", () => {
    lockouts.add("signInFailures", "192.0.2.2", minuteLeft);
    lockouts.add("signIn", network, minuteLeft);
    expect(refusal()).toBeNull();
  });

  it("do not block longer if the clock is set back", () => {
    lockouts.add("signInFailures", network, minuteLeft);
    clock.advance(-3600);
    expect(refusal()).toBeNull();
  });

  it("drop the oldest beyond the maximum number", () => {
    lockouts.add("signInFailures", network, minuteLeft);
    for (let other = 0; other < 10_000; other++) {
      lockouts.add("signInFailures", `other ${other}`, minuteLeft);
    }
    expect(refusal()).toBeNull();
  });
});
