import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import {
  type AuthClient,
  type AuthClientError,
  type GoogleCredential,
  type User,
} from "../src/client";
import {
  ActionButton,
  Card,
  Confirm,
  Notice,
  type Question,
} from "./components";
import { GoogleButton } from "./google-button";
import {
  call,
  endingOf,
  pageClient,
  sentenceOf,
  useAuthState,
} from "./page-client";

/** What a signed-in page works with. */
export interface Signed {
  readonly client: AuthClient;
  readonly user: User;
  /**
   * Calls a route of the service as the user.
   *
   * @throws AuthClientError if the response is not 2xx
   */
  readonly send: <Answer = void>(
    method: string,
    path: string,
    body?: object,
  ) => Promise<Answer>;
  /**
   * Runs an action and shows its success, or why it failed. If it needs a recent
   * sign-in, the user reauthenticates and it runs again.
   */
  readonly run: (
    action: () => Promise<unknown>,
    success?: string,
  ) => Promise<void>;
  /** Asks before a destructive step. */
  readonly ask: (question: Question) => void;
}

/** A page that is signed in by the refresh cookie, or by Google's button. */
export function SignedInPage({
  title,
  children,
}: {
  title: string;
  children: (signed: Signed) => ComponentChildren;
}) {
  const client = useMemo(() => pageClient(), []);
  const state = useAuthState(client);
  const user = "user" in state ? state.user : undefined;
  const [said, setSaid] = useState<{ tone: "good" | "bad"; text: string }>();
  const [question, setQuestion] = useState<Question>();
  const [interrupted, setInterrupted] = useState<Parameters<Signed["run"]>>();

  const run: Signed["run"] = async (action, success) => {
    try {
      await action();
    } catch (error) {
      const { code } = error as AuthClientError;
      if (code === "reauthentication_required") {
        return setInterrupted([action, success]);
      }
      // Then the state says why the session is over.
      if (code === "unauthenticated" && !("user" in client.state)) return;
      return setSaid({ tone: "bad", text: sentenceOf(error) });
    }
    if (success) setSaid({ tone: "good", text: success });
    // What is only read again takes no success away.
    else setSaid((said) => (said?.tone === "bad" ? undefined : said));
  };
  const reauthenticate = (credential: GoogleCredential) => {
    const [action, success] = interrupted ?? [];
    return run(async () => {
      await client.reauthenticate(credential);
      setInterrupted(undefined);
      await action?.();
    }, success);
  };
  // The state contains the error.
  const restore = () => client.restore().catch(() => null);
  useEffect(() => {
    void restore();
    // Back from the browser's cache: the session may have ended meanwhile.
    const shown = ({ persisted }: PageTransitionEvent) =>
      persisted && client.refresh().catch(() => null);
    addEventListener("pageshow", shown);
    return () => removeEventListener("pageshow", shown);
  }, []);
  useEffect(() => {
    if (state.status !== "signed_out") return;
    setInterrupted(undefined);
    setQuestion(undefined);
    const ending = endingOf(state);
    if (ending !== undefined) setSaid({ tone: "bad", text: ending });
  }, [state]);

  return (
    <>
      <header class="bar">
        <h1>{title}</h1>
        {user && (
          <div class="row end">
            <span class="muted small cut">{user.email}</span>
            <ActionButton
              action={() => run(client.signOut, "You are signed out.")}
            >
              Sign out
            </ActionButton>
          </div>
        )}
      </header>
      <main>
        {said && <Notice tone={said.tone}>{said.text}</Notice>}
        {state.status === "loading" && !state.error && (
          <p class="muted">Loading…</p>
        )}
        {state.status === "loading" && state.error && (
          <Card title="Not available">
            <Notice tone="bad">{sentenceOf(state.error)}</Notice>
            <div class="row">
              <ActionButton kind="primary" action={restore}>
                Try again
              </ActionButton>
            </div>
          </Card>
        )}
        {state.status === "signed_out" && (
          <Card title="Sign in">
            <p class="muted">Use the Google account that you signed up with.</p>
            <GoogleButton
              client={client}
              use={(one) => run(() => client.signIn(one))}
            />
          </Card>
        )}
        {interrupted && user && (
          <Card title="Is it you?">
            <p class="muted">
              This step needs a sign-in of the last five minutes. Choose the
              account that you are signed in with.
            </p>
            <GoogleButton
              client={client}
              text="continue_with"
              use={reauthenticate}
            />
            <div class="row">
              <ActionButton action={() => setInterrupted(undefined)}>
                Cancel
              </ActionButton>
            </div>
          </Card>
        )}
        {user &&
          children({
            ...{ client, user, run, ask: setQuestion },
            send: (...request) => call(client, ...request),
          })}
        {question && (
          <Confirm question={question} close={() => setQuestion(undefined)} />
        )}
      </main>
    </>
  );
}
