/** How long Google may take to answer, in milliseconds, body included. */
const timeoutMilliseconds = 4000;
/** Largest answer that is read, in bytes. Google's is about 2 kB. */
const maxAnswerBytes = 64 * 1024;
const maxCertificates = 20;

/** Google's certificates as they were published. */
export interface PublishedCertificates {
  /** Key id to X.509 certificate in PEM; never empty. */
  readonly certificates: ReadonlyMap<string, string>;
  /** Seconds this answer may be kept, less its age on arrival; absent when it does not say. */
  readonly maxAgeSeconds: number | undefined;
}

/**
 * Fetches the PEM map and refuses anything that does not look like one: what
 * comes back here decides whose signature is believed.
 *
 * @param url https://www.googleapis.com/oauth2/v1/certs, or the emulator's
 * @throws Error on any failure: network, time-out, status, size, shape
 */
export async function fetchCertificates(
  url: string,
): Promise<PublishedCertificates> {
  const response = await fetch(url, {
    headers: { accept: "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`The certificates answer has status ${response.status}`);
  }
  return {
    certificates: parseCertificates(await readLimited(response)),
    maxAgeSeconds: maxAgeOf(response.headers),
  };
}

async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an error also cancels the rest of the download.
  const body: AsyncIterable<Uint8Array> | undefined =
    response.body ?? undefined;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) {
      throw new Error(
        `The certificates answer exceeds ${maxAnswerBytes} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseCertificates(body: string): ReadonlyMap<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Error("The certificates answer is not JSON");
  }
  const isMap =
    typeof value === "object" && value !== null && !Array.isArray(value);
  const entries = isMap ? Object.entries(value as object) : [];
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

/** `max-age` less `Age` (RFC 9111 §4.2), capped at one day. */
function maxAgeOf(headers: Headers): number | undefined {
  const directive = /(?:^|[,\s])max-age=(\d{1,9})/i.exec(
    headers.get("cache-control") ?? "",
  );
  if (!directive) return undefined;
  const age = Number(headers.get("age") ?? 0) || 0;
  return Math.min(Math.max(Number(directive[1]) - age, 0), 24 * 3600);
}
