import { createPrivateKey, type KeyObject } from "node:crypto";
import { cleanText } from "../../common/clean-text";

/** The parts we need of the key file of a Google Cloud service account. */
export interface ServiceAccountKey {
  /** The account's name: `risc@my-project.iam.gserviceaccount.com`. */
  readonly clientEmail: string;
  /** The project it belongs to, if the file contains it. */
  readonly projectId: string | null;
  /** Google's name for the key: the `kid` of what it signs. */
  readonly privateKeyId: string;
  /** PEM, not encrypted, RSA. Never shown to anybody. */
  readonly privateKey: string;
}

/** A file is not a usable key file; the message contains nothing of the file. */
export class ServiceAccountKeyError extends Error {
  override readonly name = "ServiceAccountKeyError";
}

const howToGetOne =
  "Google Cloud console, IAM & Admin, Service Accounts, the account, Keys: Add key, Create new key, JSON.";

/** Files that people mistake for key files, by their `type`. */
const otherTypes: Readonly<Record<string, string>> = {
  authorized_user:
    "a person's credentials, as gcloud stores them, not the key of a service account",
  external_account: "a workload identity configuration, which contains no key",
  impersonated_service_account:
    "an impersonation of a service account, which contains no key",
};

/**
 * Reads the key file of a service account.
 *
 * @param text the content of the file; untrusted
 * @throws ServiceAccountKeyError that says what is wrong and what to do
 * @see https://cloud.google.com/iam/docs/keys-create-delete
 */
export function serviceAccountKeyFrom(text: string): ServiceAccountKey {
  const file = objectFrom(text);
  if (file.type !== "service_account") refuse(`is ${whatElse(file)}.`);
  const { client_email, private_key_id, private_key, project_id } = file;
  if (typeof client_email !== "string" || !isEmail(client_email)) {
    refuse("has no client_email.");
  }
  if (
    typeof private_key_id !== "string" ||
    !/^[\x21-\x7e]{1,128}$/.test(private_key_id)
  ) {
    refuse("has no private_key_id.");
  }
  if (typeof private_key !== "string") refuse("has no private_key.");
  checkPrivateKey(private_key);
  return {
    clientEmail: client_email,
    projectId:
      typeof project_id === "string"
        ? cleanText(project_id).slice(0, 64) || null
        : null,
    privateKeyId: private_key_id,
    privateKey: private_key,
  };
}

function objectFrom(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === "") refuse("is empty.");
  if (/^\s*-----BEGIN/.test(text)) {
    refuse("is a bare PEM: the whole JSON file is needed.");
  }
  let value: unknown;
  try {
    // Some editors write a byte order mark.
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    // Without the cause: JSON.parse quotes the file.
    refuse("is not JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse("is not a JSON object.");
  }
  return value as Record<string, unknown>;
}

function whatElse(file: Readonly<Record<string, unknown>>): string {
  if ("web" in file || "installed" in file) {
    return "an OAuth client's secret, not the key of a service account";
  }
  const type = typeof file.type === "string" ? file.type : "";
  return Object.hasOwn(otherTypes, type)
    ? (otherTypes[type] ?? "")
    : 'not the key of a service account: its "type" is not service_account';
}

function checkPrivateKey(pem: string): void {
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    refuse("has an encrypted private_key; Google's are not.");
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    refuse(
      pem.includes("\\n")
        ? "has a broken private_key: the line breaks in it were escaped twice."
        : "has a broken private_key: it is not PEM, or part of it is missing.",
    );
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== "rsa" || bits < 2048) {
    refuse("has a private_key that is not an RSA key of 2048 bits or more.");
  }
}

function isEmail(text: string): boolean {
  return /^[\x21-\x3f\x41-\x7e]{1,200}@[\x21-\x3f\x41-\x7e]{1,200}$/.test(text);
}

/** @param fault completes "The key file …" */
function refuse(fault: string): never {
  throw new ServiceAccountKeyError(
    `The key file ${fault}\nTo get a new one: ${howToGetOne}`,
  );
}
