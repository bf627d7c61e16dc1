import { randomBytes } from "node:crypto";
import { randomSubject } from "./accounts";
import { newSigningKey, type GoogleSigningKey } from "./signing-key";

/** The key file of a service account, as issued by Google Cloud. */
export interface ServiceAccountKey {
  readonly type: "service_account";
  readonly project_id: string;
  /** The `kid` of tokens signed with it. */
  readonly private_key_id: string;
  /** PKCS #8, PEM. */
  readonly private_key: string;
  readonly client_email: string;
  readonly client_id: string;
  readonly auth_uri: string;
  readonly token_uri: string;
  readonly auth_provider_x509_cert_url: string;
  readonly client_x509_cert_url: string;
  readonly universe_domain: "googleapis.com";
}

/** The options of a service account, all optional. */
export interface ServiceAccountOptions {
  /**
   * Whether it has the role "RISC Configuration Admin"
   * (`roles/riscconfigs.admin`). Default: true.
   */
  readonly riscAdmin?: boolean;
}

/** A service account registered with the emulator. */
export interface KnownServiceAccount {
  readonly email: string;
  readonly key: GoogleSigningKey;
  readonly riscAdmin: boolean;
}

const PROJECT = "emulated-project";

/** Creates a service account of the emulator's project, with its own key. */
export async function newServiceAccount({
  riscAdmin = true,
}: ServiceAccountOptions = {}): Promise<{
  readonly file: ServiceAccountKey;
  readonly known: KnownServiceAccount;
}> {
  const key = await newSigningKey();
  const tag = randomBytes(4).toString("hex");
  const email = `risc-${tag}@${PROJECT}.iam.gserviceaccount.com`;
  const file: ServiceAccountKey = {
    type: "service_account",
    project_id: PROJECT,
    private_key_id: key.kid,
    private_key: key.privateKey
      .export({ type: "pkcs8", format: "pem" })
      .toString(),
    client_email: email,
    client_id: randomSubject(),
    auth_uri: "https://accounts.google.com/o/oauth2/auth",
    token_uri: "https://oauth2.googleapis.com/token",
    auth_provider_x509_cert_url: "https://www.googleapis.com/oauth2/v1/certs",
    client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(email)}`,
    universe_domain: "googleapis.com",
  };
  return { file, known: { email, key, riscAdmin } };
}
