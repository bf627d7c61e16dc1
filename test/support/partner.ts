import { GoogleEmulator } from "../../src/testing/google/emulator";
import { TestService } from "../../src/testing/test-service";
import { FrozenClock } from "../../src/testing/frozen-clock";
import { type Answer, postJson } from "./requests";

/** The service's secret at the partner's API. */
export const partnerSecret = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";

/**
 * A service whose provider `partner` is another instance of this service, with
 * its own Google and database. The partner's POST /verify-token is the remote
 * API.
 */
export class Partner {
  private constructor(
    readonly google: GoogleEmulator,
    /** The Google whose tokens the partner verifies. */
    readonly partnerGoogle: GoogleEmulator,
    readonly partner: TestService,
    readonly service: TestService,
    readonly clock: FrozenClock,
  ) {}

  static async start(): Promise<Partner> {
    const google = await GoogleEmulator.start();
    const partnerGoogle = await GoogleEmulator.start({
      clientIds: [
        "987654321098-partner.apps.googleusercontent.com",
        "987654321098-another.apps.googleusercontent.com",
      ],
    });
    const partner = await TestService.start(partnerGoogle, {
      env: { INTROSPECTION_CLIENTS: `app:${partnerSecret}` },
    });
    const clock = new FrozenClock();
    const service = await startService(google, clock, [
      settings(partner, partnerGoogle),
    ]);
    return new Partner(google, partnerGoogle, partner, service, clock);
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.partner.stop();
    await this.partnerGoogle.stop();
    await this.google.stop();
  }

  /** The entry of VERIFY_TOKEN_PROVIDERS, with changes. */
  provider(changes: object = {}) {
    return { ...settings(this.partner, this.partnerGoogle), ...changes };
  }

  /** Another service that accepts the partner's users. */
  another(
    env: Readonly<Record<string, string>>,
    providers: readonly object[] = [this.provider()],
  ): Promise<TestService> {
    return startService(this.google, this.clock, providers, env);
  }

  signIn(idToken: string, more: object = {}, by = this.service) {
    return postJson(by, "/auth/partner", { idToken, ...more });
  }
}

export function userOf({ body }: Answer): Record<string, unknown> {
  return body.user as Record<string, unknown>;
}

function settings({ url }: TestService, { clientIds }: GoogleEmulator) {
  return {
    name: "partner",
    url: `${url}/verify-token`,
    clientId: clientIds[0],
    authentication: { id: "app", secret: partnerSecret },
  };
}

function startService(
  google: GoogleEmulator,
  clock: FrozenClock,
  providers: readonly object[],
  env: Readonly<Record<string, string>> = {},
): Promise<TestService> {
  return TestService.start(google, {
    providers: [clock.provider],
    env: {
      VERIFY_TOKEN_PROVIDERS: JSON.stringify(providers),
      // Refusals that a rate limit counts are audited one by one.
      RATE_LIMIT_SIGN_IN_FAILURES: "100000/60",
      ...env,
    },
  });
}
