import { GoogleEmulator } from "../../src/testing/google/emulator";
import {
  TestService,
  type TestServiceOptions,
} from "../../src/testing/test-service";

interface Site {
  readonly google: GoogleEmulator;
  readonly service: TestService;
}

/**
 * One service and its Google for all tests of the `describe` block that calls
 * this. What it returns can be used in tests and hooks, not before.
 */
export function useService(
  options:
    TestServiceOptions | ((google: GoogleEmulator) => TestServiceOptions) = {},
): Site {
  const site: { -readonly [Name in keyof Site]?: Site[Name] } = {};

  beforeAll(async () => {
    const google = await GoogleEmulator.start();
    site.google = google;
    site.service = await TestService.start(
      google,
      typeof options === "function" ? options(google) : options,
    );
  });

  afterAll(async () => {
    await site.service?.stop();
    await site.google?.stop();
  });

  return site as Site;
}
