import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { readEnvironment } from "../../config/read-environment";
import {
  type SecurityEventStreamOptions,
  type ServiceAccountKey,
  serviceAccountKeyFrom,
} from "../../index";

/** The options of every command that calls Google. */
export interface RiscOptions {
  readonly keyFile?: string;
  /** Seconds. */
  readonly timeout: number;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Google's are about 2.4 kB. */
const maxKeyFileBytes = 64 * 1024;

/**
 * The API and the credentials to call it with.
 *
 * @throws InvalidEnvironmentError, ServiceAccountKeyError, or an Error for a
 *   file that cannot be read; no message contains anything of the key
 */
export async function streamOptionsOf(
  options: RiscOptions,
): Promise<SecurityEventStreamOptions> {
  const environment = readEnvironment(process.env, [
    ...["NODE_ENV", "GOOGLE_RISC_CONFIG_URL", "GOOGLE_APPLICATION_CREDENTIALS"],
  ]);
  const keyFile = options.keyFile ?? environment.GOOGLE_APPLICATION_CREDENTIALS;
  if (!keyFile) {
    throw new Error(
      "No key file was given: use --key-file <path>, or set GOOGLE_APPLICATION_CREDENTIALS.\nHow to get one: docs/cross-account-protection.md",
    );
  }
  return {
    apiUrl: environment.GOOGLE_RISC_CONFIG_URL,
    key: await readKeyFile(keyFile),
    timeoutMilliseconds: options.timeout * 1000,
  };
}

/**
 * The URL that events are sent to.
 *
 * @param endpoint as it was given; by default PUBLIC_URL and the service's own path
 * @param apiUrl an API on this machine, such as the emulator's, delivers to any URL
 * @returns the URL, or what is wrong with it
 */
export function receiverFrom(
  endpoint: string | undefined,
  apiUrl: string,
): { readonly url: string } | { readonly fault: string } {
  const text = endpoint ?? `${publicUrl()}/security-events`;
  const says = endpoint === undefined ? "From PUBLIC_URL, it is" : "It is";
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:\/\/[\x21-\x7e]+$/i.test(text)) {
    return {
      fault:
        "The endpoint must be a URL such as https://auth.example.com/security-events.",
    };
  }
  if (url.username + url.password + url.hash !== "") {
    return {
      fault: "The endpoint must not have a user, a password or a fragment.",
    };
  }
  if (isLoopback(new URL(apiUrl))) return { url: url.href };
  if (url.protocol !== "https:" || isLoopback(url)) {
    return {
      fault: `Google delivers to an https URL that it can reach. ${says} ${url.href}: use --endpoint https://…/security-events, or set PUBLIC_URL.`,
    };
  }
  return { url: url.href };
}

function publicUrl(): string {
  const environment = readEnvironment(process.env, [
    ...["NODE_ENV", "PUBLIC_URL", "PORT"],
  ]);
  return environment.PUBLIC_URL ?? `http://localhost:${environment.PORT}`;
}

function isLoopback({ hostname }: URL): boolean {
  return (
    /^(?:.+\.)?localhost$/.test(hostname) ||
    /^127(?:\.\d+){3}$/.test(hostname) ||
    hostname === "[::1]"
  );
}

async function readKeyFile(path: string): Promise<ServiceAccountKey> {
  let text: string;
  try {
    await warnOfReaders(path);
    text = await readLimited(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `The key file ${path} ${(code && faults[code]) ?? `cannot be read (${code ?? "it is too large"})`}.`,
      { cause: error },
    );
  }
  return serviceAccountKeyFrom(text);
}

const faults: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EISDIR: "is a directory",
  EACCES: "may not be read by this user",
};

async function warnOfReaders(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o004) === 0 || process.platform === "win32") return;
  console.error(
    `Warning: everyone on this machine can read ${path} and change where your security events go. Run: chmod 600 ${path}`,
  );
}

/** A pipe works as well; an endless device does not. */
async function readLimited(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of createReadStream(path)) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).byteLength;
    if (size > maxKeyFileBytes) throw new Error("too large");
  }
  return Buffer.concat(chunks).toString("utf8");
}
