import { AuthClientError } from "./auth-client-error";
import type { components } from "./api-schema";
import type { Transport } from "./transport";

/** The application as registered with Google. */
export interface GoogleOptions {
  /** One of the service's `GOOGLE_CLIENT_IDS`. */
  readonly clientId: string;
  /** Google's own by default; the emulator's in development. */
  readonly scriptUrl?: string;
}

/** What Google's button and One Tap return. */
export interface GoogleCredential {
  readonly idToken: string;
  /** Of the service; it can be used once. */
  readonly nonce: string;
}

export interface GoogleButtonOptions {
  /**
   * Options of the button: `theme`, `size`, `text`, `shape`, `width`, `locale`.
   */
  readonly button?: Readonly<Record<string, unknown>>;
  /**
   * What to do with the ID token: `client.signIn` by default. Another example is
   * `client.reauthenticate`.
   */
  readonly onCredential?: (credential: GoogleCredential) => Promise<unknown>;
  /** For what `onCredential` throws. */
  readonly onError?: (error: AuthClientError) => void;
}

/** The parts of Google Identity Services that are used. */
interface GoogleIdentity {
  initialize(options: Record<string, unknown>): void;
  renderButton(element: HTMLElement, options: object): void;
  prompt(): void;
  cancel(): void;
}

const googleScript = "https://accounts.google.com/gsi/client";

type Display = (identity: GoogleIdentity) => void;

/** Google's script, configured with a nonce of the service. */
export function googleSignIn(
  google: GoogleOptions | undefined,
  call: Transport["call"],
  signIn: NonNullable<GoogleButtonOptions["onCredential"]>,
) {
  // Google's script has only one nonce and one callback for everything it
  // shows.
  const shown = new Map<Display, GoogleButtonOptions>();
  let identity: GoogleIdentity | undefined;
  let preparing: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function prepare(): Promise<void> {
    if (!google)
      throw new TypeError("createAuthClient() needs google.clientId");
    clearTimeout(timer);
    const [services, { nonce, expiresIn }] = await Promise.all([
      identityServices(google.scriptUrl ?? googleScript),
      call<components["schemas"]["NonceDto"]>("/auth/google/nonce"),
    ]);
    identity = services;
    services.initialize({
      client_id: google.clientId,
      nonce,
      use_fedcm_for_prompt: true,
      use_fedcm_for_button: true,
      callback: ({ credential }: { credential: string }) => {
        const { onCredential = signIn, onError = console.error } =
          [...shown.values()].at(-1) ?? {};
        onCredential({ idToken: credential, nonce })
          .catch(onError)
          // The nonce has been used.
          .finally(() => again(0));
      },
    });
    for (const display of shown.keys()) display(services);
    // Renews it before it expires.
    again(expiresIn * 900);
  }

  function again(delay: number): void {
    clearTimeout(timer);
    if (shown.size === 0) return;
    timer = setTimeout(() => {
      // Without a network: try again in a minute.
      renew().catch(() => again(60_000));
    }, delay);
  }

  function renew(): Promise<void> {
    preparing ??= prepare().finally(() => (preparing = undefined));
    return preparing;
  }

  async function show(
    display: Display,
    options: GoogleButtonOptions,
  ): Promise<() => void> {
    const isReady = shown.size > 0 && !preparing && identity;
    shown.set(display, options);
    const hide = () => {
      shown.delete(display);
      if (shown.size > 0) return;
      clearTimeout(timer);
      identity?.cancel();
    };
    try {
      if (isReady) display(isReady);
      else await renew();
    } catch (error) {
      hide();
      throw error;
    }
    return hide;
  }

  return {
    renderGoogleButton: async (
      element: HTMLElement,
      options: GoogleButtonOptions = {},
    ) => {
      const hide = await show((services) => {
        element.replaceChildren();
        services.renderButton(element, { ...options.button });
      }, options);
      return () => {
        hide();
        element.replaceChildren();
      };
    },
    promptOneTap: (options: GoogleButtonOptions = {}) => {
      let isFirst = true;
      return show((services) => {
        // A second prompt just for a new nonce would surprise the user.
        if (isFirst) services.prompt();
        isFirst = false;
      }, options);
    },
  };
}

const scripts = new Map<string, Promise<GoogleIdentity>>();

function identityServices(url: string): Promise<GoogleIdentity> {
  const loading = scripts.get(url) ?? load(url);
  scripts.set(url, loading);
  loading.catch(() => scripts.delete(url));
  return loading;
}

function load(url: string): Promise<GoogleIdentity> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    const fail = () => {
      script.remove();
      reject(new AuthClientError("google_script_unavailable"));
    };
    script.onerror = fail;
    script.onload = () => {
      const { google } = globalThis as {
        google?: { accounts?: { id?: GoogleIdentity } };
      };
      const identity = google?.accounts?.id;
      if (identity) resolve(identity);
      else fail();
    };
    script.async = true;
    script.src = url;
    document.head.append(script);
  });
}
