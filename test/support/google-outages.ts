import type { GoogleEmulator } from "../../src/testing/google/emulator";
import { googlePaths } from "../../src/testing/google/emulator.routes";
import type { EndpointFault } from "../../src/testing/google/faults";
import type { TcpProxy } from "./tcp-proxy";

/** Google, the network in front of it, and another Google with other keys. */
export interface GoogleSite {
  readonly google: GoogleEmulator;
  readonly network: TcpProxy;
  readonly stranger: GoogleEmulator;
}

/** One way in which Google's keys are unavailable. */
export interface GoogleOutage {
  /** How it is detected; several outages share one. */
  readonly id: "status" | "body" | "network" | "time-out";
  /** Continues the sentence "when the keys' endpoint…". */
  readonly name: string;
  /** Matches the message in the log. */
  readonly says: RegExp;
  /** Detected only by the time-out. */
  readonly slow?: boolean;
  begin(site: GoogleSite): Promise<void> | void;
  end(site: GoogleSite): Promise<void> | void;
}

function fault(
  id: GoogleOutage["id"],
  name: string,
  says: RegExp,
  of: EndpointFault | ((site: GoogleSite) => EndpointFault),
): GoogleOutage {
  return {
    id,
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

/** Every known or expected way in which the keys are unavailable. */
export const googleOutages: readonly GoogleOutage[] = [
  fault("status", "answers 500", /has status 500/, { status: 500 }),
  fault("status", "answers 404", /has status 404/, { status: 404 }),
  fault("network", "closes the connection", /other side closed|ECONNRESET/, {
    reset: true,
  }),
  fault("body", "answers with a web page", /is not JSON/, { html: true }),
  fault("body", "answers with an empty body", /is not JSON/, { body: "" }),
  fault("body", "answers with a truncated body", /is not JSON/, {
    truncated: true,
  }),
  fault("body", "answers {}", notAMap, { empty: true }),
  fault("body", "answers with another key set", notAMap, ({ stranger }) => ({
    body: JSON.stringify(stranger.keys.jwks()),
  })),
  fault(
    "body",
    "answers with an invalid certificate",
    /certificates cannot be read/,
    {
      body: '{"k":"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----"}',
    },
  ),
  fault("body", "answers 100 MB", /exceeds 65536 bytes/, {
    oversized: 100 * 1024 * 1024,
  }),
  fault(
    "status",
    "redirects to another host",
    /unexpected redirect/,
    (site) => ({
      redirectTo: `${site.stranger.url}${googlePaths.certs}`,
    }),
  ),
  {
    id: "network",
    name: "has its port closed",
    says: /ECONNREFUSED/,
    begin: ({ network }) => network.cut(),
    end: ({ network }) => network.restore(),
  },
  {
    ...fault("time-out", "never answers", /timeout/, { hang: true }),
    slow: true,
  },
  {
    ...fault("time-out", "answers a byte a second", /timeout/, {
      dripMs: 1000,
    }),
    slow: true,
  },
];
