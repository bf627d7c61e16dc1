import { AuthError } from "../common/auth-error";
import { CachedAnswer } from "../common/cached-answer";
import type { Clock } from "../common/clock.port";
import { fetchJson } from "../common/fetch-json";

/** How long the metadata stay in use if they cannot be renewed, in seconds. */
const maxStaleSeconds = 24 * 3600;

/** The endpoints of an issuer for other services. */
export interface IssuerEndpoints {
  readonly jwksUri: string;
  /** Null if it does not support introspection. */
  readonly introspectionEndpoint: string | null;
}

export interface IssuerOptions {
  /** As in its tokens (`iss`). */
  readonly issuer: string;
  /** Whether it may be reached without TLS even on another machine. */
  readonly allowHttp: boolean;
}

/**
 * The metadata of an issuer, cached per Cache-Control.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8414
 */
export class IssuerMetadata {
  private readonly endpoints: CachedAnswer<IssuerEndpoints>;

  /** @throws Error if keys from the issuer's URL cannot be trusted */
  constructor(options: IssuerOptions, clock: Clock) {
    const url = metadataUrl(options);
    this.endpoints = new CachedAnswer(
      {
        name: "The issuer's metadata",
        maxStaleSeconds,
        ask: async () => {
          const { value, maxAgeSeconds } = await fetchJson(url, {
            name: "The metadata response",
          });
          return { value: endpointsOf(value, options), maxAgeSeconds };
        },
        unavailable: (retryAfterSeconds, cause) =>
          new AuthError("service_unavailable", {
            reason: "issuer_metadata_unavailable",
            retryAfterSeconds,
            cause,
          }),
      },
      clock,
      IssuerMetadata.name,
    );
  }

  /** @throws AuthError `service_unavailable` */
  get(): Promise<IssuerEndpoints> {
    return this.endpoints.get();
  }
}

/**
 * Whether responses from a URL can be trusted: it is https, or on this machine.
 *
 * @param allowHttp also accepts plain http from other machines
 */
export function isTrustworthyUrl(url: unknown, allowHttp: boolean): boolean {
  if (typeof url !== "string" || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:") return true;
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return protocol === "http:" && (isHere || allowHttp);
}

/** RFC 8414 §3: the well-known part comes before the issuer's own path. */
function metadataUrl({ issuer, allowHttp }: IssuerOptions): string {
  if (!isTrustworthyUrl(issuer, allowHttp)) {
    throw new Error("The issuer of a resource server must be an https URL");
  }
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  return `${origin}/.well-known/oauth-authorization-server${path}`;
}

function endpointsOf(
  value: unknown,
  { issuer, allowHttp }: IssuerOptions,
): IssuerEndpoints {
  const metadata = Object(value) as Partial<Record<string, unknown>>;
  // RFC 8414 §3.3: prevents impersonation of the issuer.
  if (metadata.issuer !== issuer) {
    throw new Error("The metadata response is for another issuer");
  }
  const { jwks_uri: jwksUri, introspection_endpoint: endpoint } = metadata;
  if (!isTrustworthyUrl(jwksUri, allowHttp)) {
    throw new Error("The metadata response has no jwks_uri");
  }
  return {
    jwksUri: jwksUri as string,
    introspectionEndpoint: isTrustworthyUrl(endpoint, allowHttp)
      ? (endpoint as string)
      : null,
  };
}
