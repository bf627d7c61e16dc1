import { fetchJson } from "../../common/fetch-json";

const maxCertificates = 20;

/** Google's certificates, as published. */
export interface PublishedCertificates {
  /** Key id to X.509 certificate in PEM; never empty. */
  readonly certificates: ReadonlyMap<string, string>;
  /** Seconds this answer may be kept, less its age on arrival; absent when the answer does not say. */
  readonly maxAgeSeconds: number | undefined;
}

/**
 * Fetches the PEM map and refuses anything that is not one: these certificates
 * decide whose signatures are trusted.
 *
 * @param url https://www.googleapis.com/oauth2/v1/certs, or the emulator's
 * @throws Error on any failure: network, time-out (4 s), status, size (64 kB), shape
 */
export async function fetchCertificates(
  url: string,
): Promise<PublishedCertificates> {
  const { value, maxAgeSeconds } = await fetchJson(url, {
    name: "The certificates answer",
  });
  return { certificates: certificatesOf(value), maxAgeSeconds };
}

function certificatesOf(value: unknown): ReadonlyMap<string, string> {
  const isMap =
    typeof value === "object" && value !== null && !Array.isArray(value);
  const entries = isMap ? Object.entries(value) : [];
  const wellFormed = entries.every(
    ([keyId, pem]) =>
      keyId !== "" &&
      typeof pem === "string" &&
      pem.startsWith("-----BEGIN CERTIFICATE-----"),
  );
  if (entries.length === 0 || entries.length > maxCertificates || !wellFormed) {
    throw new Error("The certificates answer is not a map of certificates");
  }
  return new Map(entries as [string, string][]);
}
