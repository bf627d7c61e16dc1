import { Clock } from "../../src/index";
import { newAccount, SteppedClock } from "../../src/testing";
import { useService } from "../support/use-service";

/**
 * One service and its Google for all tests of the `describe` block that calls
 * this, and the service's clock, which is reset after each test.
 */
export function useSteppedService() {
  const clock = new SteppedClock();
  const site = useService({ providers: [{ provide: Clock, useValue: clock }] });

  afterEach(() => {
    jest.restoreAllMocks();
    clock.step((Date.now() - clock.now()) / 1000);
  });

  return Object.assign(site, {
    clock,
    /** The ID token of a new account. */
    idToken: () => site.google.idToken({ account: newAccount() }),
  });
}
