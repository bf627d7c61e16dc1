import {
  createContext,
  createElement,
  type PropsWithChildren,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useSyncExternalStore,
} from "react";
import type { AuthClient } from "./auth-client";
import type { AuthState, User } from "./auth-state";
import type { GoogleButtonOptions } from "./google-sign-in";

const Context = createContext<AuthClient | null>(null);

/**
 * Provides the client to everything below it, and determines who is signed in.
 */
export function AuthProvider({
  client,
  children,
}: PropsWithChildren<{ readonly client: AuthClient }>): ReactNode {
  useEffect(() => {
    // The state contains the error.
    client.restore().catch(() => {});
  }, [client]);
  return createElement(Context.Provider, { value: client }, children);
}

export interface UseSession {
  readonly state: AuthState;
  /** Null unless a user is signed in, even with an incomplete profile. */
  readonly user: User | null;
  readonly client: AuthClient;
  readonly signOut: AuthClient["signOut"];
  readonly fetch: AuthClient["fetch"];
}

/** @throws Error outside an {@link AuthProvider} */
export function useSession(): UseSession {
  const client = useContext(Context);
  if (!client) throw new Error("useSession() needs an <AuthProvider>");
  const state = useSyncExternalStore(
    client.subscribe,
    () => client.state,
    () => client.state,
  );
  const user = "user" in state ? state.user : null;
  const { signOut, fetch } = client;
  return { state, user, client, signOut, fetch };
}

/**
 * Renders its children only for a signed-in user; a function is called with the
 * user.
 */
export function SignedIn({
  children,
}: {
  readonly children: ReactNode | ((user: User) => ReactNode);
}): ReactNode {
  const { state } = useSession();
  if (state.status !== "signed_in") return null;
  return typeof children === "function" ? children(state.user) : children;
}

/**
 * Renders its children only if no one is signed in; renders nothing while that
 * is not known.
 */
export function SignedOut({ children }: PropsWithChildren): ReactNode {
  return useSession().state.status === "signed_out" ? children : null;
}

/** Google's own button. */
export function GoogleButton({
  oneTap = false,
  ...options
}: GoogleButtonOptions & { readonly oneTap?: boolean }): ReactNode {
  const { client } = useSession();
  const element = useRef<HTMLDivElement>(null);
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    let isGone = false;
    const hide: (() => void)[] = [];
    const onError: GoogleButtonOptions["onError"] = (error) =>
      (latest.current.onError ?? console.error)(error);
    const show = (showing: Promise<() => void>) =>
      showing.then((end) => (isGone ? end() : hide.push(end)), onError);
    const onCredential: GoogleButtonOptions["onCredential"] = (credential) =>
      (latest.current.onCredential ?? client.signIn)(credential);
    const { button } = latest.current;
    const shown = { button, onCredential, onError };
    if (element.current) {
      void show(client.renderGoogleButton(element.current, shown));
    }
    if (oneTap) void show(client.promptOneTap(shown));
    return () => {
      isGone = true;
      for (const end of hide) end();
    };
  }, [client, oneTap]);
  return createElement("div", { ref: element });
}
