import type { GoogleEmulator } from "../../src/testing/google/emulator";
import { googlePaths } from "../../src/testing/google/emulator.routes";
import type { EndpointFault } from "../../src/testing/google/faults";
import type { TcpProxy } from "./tcp-proxy";

/** Google, the network before it, and somebody else who would like to be Google. */
export interface GoogleSite {
  readonly google: GoogleEmulator;
  readonly network: TcpProxy;
  readonly stranger: GoogleEmulator;
}

/** One way in which Google's keys are unavailable. */
export interface GoogleOutage {
  /** Continues the sentence "when the keys' endpoint…". */
  readonly name: string;
  /** What the log calls it. */
  readonly says: RegExp;
  /** Found out by the time-out only. */
  readonly slow?: boolean;
  begin(site: GoogleSite): Promise<void> | void;
  end(site: GoogleSite): Promise<void> | void;
}

function fault(
  name: string,
  says: RegExp,
  of: EndpointFault | ((site: GoogleSite) => EndpointFault),
): GoogleOutage {
  return {
    name,
    says,
    begin: (site) =>
      site.google.setFault(
        googlePaths.certs,
        typeof of === "function" ? of(site) : of,
      ),
    end: ({ google }) => google.clearFaults(),
  };
}

const notAMap = /is not a map of certificates/;

/** Every way in which the keys were ever seen, or feared, not to come. */
export const googleOutages: readonly GoogleOutage[] = [
  fault("answers 500", /has status 500/, { status: 500 }),
  fault("answers 404", /has status 404/, { status: 404 }),
  fault("breaks the connection off", /other side closed|ECONNRESET/, {
    reset: true,
  }),
  fault("answers with a web page", /is not JSON/, { html: true }),
  fault("answers nothing", /is not JSON/, { body: "" }),
  fault("answers half", /is not JSON/, { truncated: true }),
  fault("answers {}", notAMap, { empty: true }),
  fault("answers a JWKS of somebody else", notAMap, ({ stranger }) => ({
    body: JSON.stringify(stranger.keys.jwks()),
  })),
  fault("answers what is no certificate", /certificates cannot be read/, {
    body: '{"k":"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----"}',
  }),
  fault("answers 100 MB", /exceeds 65536 bytes/, {
    oversized: 100 * 1024 * 1024,
  }),
  fault("redirects to somebody else", /unexpected redirect/, (site) => ({
    redirectTo: `${site.stranger.url}${googlePaths.certs}`,
  })),
  {
    name: "has its port closed",
    says: /ECONNREFUSED/,
    begin: ({ network }) => network.cut(),
    end: ({ network }) => network.restore(),
  },
  { ...fault("never answers", /timeout/, { hang: true }), slow: true },
  {
    ...fault("answers a byte a second", /timeout/, { dripMs: 1000 }),
    slow: true,
  },
];
