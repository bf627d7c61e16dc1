import { useEffect, useRef, useState } from "preact/hooks";
import type { CredentialResponse, IdConfiguration } from "./gsi/id";
import type { ButtonOptions } from "./gsi/button";
import type { Api } from "./api";
import { Notice } from "./components";
import { settings } from "./page-settings";

interface GoogleAccountsId {
  initialize(configuration: IdConfiguration): void;
  renderButton(parent: HTMLElement, options: ButtonOptions): void;
  prompt(): void;
  cancel(): void;
}

/** How long before its expiry a nonce is replaced, in milliseconds. */
const margin = 60_000;

let script: Promise<GoogleAccountsId> | undefined;

/** Google's sign-in script, loaded once. */
export function googleIdentity(): Promise<GoogleAccountsId> {
  script ??= new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = settings.googleScriptUrl;
    element.onload = () => {
      const { google } = window as unknown as {
        google: { accounts: { id: GoogleAccountsId } };
      };
      resolve(google.accounts.id);
    };
    element.onerror = () => {
      script = undefined;
      reject(new Error("Google's sign-in script could not be loaded."));
    };
    document.head.append(element);
  });
  return script;
}

/** A Google ID token, and the nonce it was requested with. */
export interface GoogleCredential {
  readonly idToken: string;
  readonly nonce: string;
}

/**
 * Google's button. Every token it returns contains a new nonce of the service.
 */
export function GoogleButton({
  api,
  done,
  text = "signin_with",
}: {
  api: Api;
  done: (credential: GoogleCredential) => void;
  text?: ButtonOptions["text"];
}) {
  const place = useRef<HTMLDivElement>(null);
  const [fault, setFault] = useState<string>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const renew = (afterMs: number) => {
      timer = setTimeout(() => setRound(round + 1), afterMs);
    };
    const draw = async () => {
      const { status, body } = await api.call("POST", "auth/google/nonce", {
        quiet: true,
      });
      if (status !== 200) throw new Error("The service cannot be reached.");
      const google = await googleIdentity();
      if (isGone || !place.current) return;
      const { nonce } = body as { nonce: string };
      google.initialize({
        client_id: settings.clientId,
        nonce,
        callback: ({ credential }: CredentialResponse) => {
          setRound(round + 1);
          done({ idToken: credential, nonce });
        },
      });
      google.renderButton(place.current, { text, size: "large", width: 240 });
      setFault(undefined);
      renew(body.expiresIn * 1000 - margin);
    };
    draw().catch((error: unknown) => {
      if (isGone) return;
      setFault(error instanceof Error ? error.message : String(error));
      renew(5000);
    });
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [round]);
  return (
    <>
      {fault !== undefined && <Notice tone="bad">{fault} Trying again…</Notice>}
      <div ref={place} class="google" />
    </>
  );
}
