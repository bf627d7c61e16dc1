import { useEffect, useRef, useState } from "preact/hooks";
import type { AuthClient, GoogleCredential } from "../src/client";
import type { ButtonOptions } from "./gsi/button";
import { Notice } from "./components";
import { sentenceOf } from "./page-client";

/** Delay before retrying to show the button, in milliseconds. */
const retryDelay = 5000;

/** Google's button; retries until it can be shown. */
export function GoogleButton({
  client,
  use,
  text = "signin_with",
}: {
  client: AuthClient;
  /** What to do with the ID token. */
  use: (credential: GoogleCredential) => Promise<unknown>;
  text?: ButtonOptions["text"];
}) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(use);
  latest.current = use;
  const [fault, setFault] = useState<string>();
  useEffect(() => {
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let hide = () => {};
    const show = async () => {
      if (!place.current) return;
      try {
        const shown = await client.renderGoogleButton(place.current, {
          button: { text, size: "large", width: 240 },
          onCredential: (credential) => latest.current(credential),
        });
        if (isGone) return shown();
        hide = shown;
        setFault(undefined);
      } catch (error) {
        if (isGone) return;
        setFault(sentenceOf(error));
        timer = setTimeout(() => void show(), retryDelay);
      }
    };
    void show();
    return () => {
      isGone = true;
      clearTimeout(timer);
      hide();
    };
  }, [client]);
  return (
    <>
      {fault !== undefined && <Notice tone="bad">{fault} Retrying…</Notice>}
      <div ref={place} class="google" />
    </>
  );
}
