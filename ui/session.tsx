import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { type Answer, Api, sentenceOf } from "./api";
import {
  ActionButton,
  Card,
  Confirm,
  Notice,
  type Question,
} from "./components";
import { GoogleButton, type GoogleCredential } from "./google-button";
import { apiBase } from "./page-settings";

/** The signed-in user as `GET /users/me` answers. */
export interface User {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  readonly status: string;
  readonly createdAt: string;
  readonly lastSignInAt: string;
}

/** What a signed-in page works with. */
export interface Signed {
  readonly api: Api;
  readonly user: User;
  /** Shows an answer's sentence. @returns whether it was a success */
  readonly tell: (answer: Answer, success?: string) => boolean;
  /** Asks before a destructive step. */
  readonly ask: (question: Question) => void;
  /** Has the user prove again to be it, then goes on. */
  readonly prove: (then: () => unknown) => void;
  /** Back to the sign-in. */
  readonly leave: (sentence?: string) => void;
}

type State =
  | { readonly is: "loading" }
  | { readonly is: "down"; readonly sentence: string }
  | { readonly is: "signed_out" }
  | { readonly is: "signed_in"; readonly user: User };

/** A page that is signed in by the refresh cookie, or by Google's button. */
export function SignedInPage({
  title,
  children,
}: {
  title: string;
  children: (signed: Signed) => ComponentChildren;
}) {
  const api = useMemo(() => new Api(apiBase), []);
  const [state, setState] = useState<State>({ is: "loading" });
  const [said, setSaid] = useState<{ tone: "good" | "bad"; text: string }>();
  const [question, setQuestion] = useState<Question>();
  const [proof, setProof] = useState<{ then: () => unknown }>();

  const enter = ({ status, body }: Answer) => {
    if (status === 200) setState({ is: "signed_in", user: body.user });
    else if (status === 401) setState({ is: "signed_out" });
    else setState({ is: "down", sentence: sentenceOf({ status, body }) });
  };
  const restore = async () => enter(await api.refresh());
  const tell = (answer: Answer, success?: string) => {
    const isGood = answer.status >= 200 && answer.status < 300;
    if (!isGood) setSaid({ tone: "bad", text: sentenceOf(answer) });
    else if (success) setSaid({ tone: "good", text: success });
    // What is only read again takes no success away.
    else setSaid((said) => (said?.tone === "bad" ? undefined : said));
    return isGood;
  };
  const signIn = async (credential: GoogleCredential) => {
    const answer = await api.signIn("auth/google", credential);
    if (tell(answer)) enter(answer);
  };
  const proved = async (credential: GoogleCredential) => {
    const answer = await api.signIn("auth/reauthenticate", credential);
    if (!tell(answer, "Thank you, it is you.")) return;
    setProof(undefined);
    await proof?.then();
  };
  const leave = (sentence?: string) => {
    api.forget();
    setProof(undefined);
    setState({ is: "signed_out" });
    setSaid(sentence ? { tone: "good", text: sentence } : undefined);
  };
  useEffect(() => {
    void restore();
    // Back from the browser's cache: the session may have ended meanwhile.
    const shown = ({ persisted }: PageTransitionEvent) =>
      persisted && void restore();
    addEventListener("pageshow", shown);
    return () => removeEventListener("pageshow", shown);
  }, []);
  const signOut = async () => {
    const answer = await api.authorized("POST", "auth/logout");
    if (answer.status === 0) tell(answer);
    else leave("You are signed out.");
  };

  return (
    <>
      <header class="bar">
        <h1>{title}</h1>
        {state.is === "signed_in" && (
          <div class="row end">
            <span class="muted small cut">{state.user.email}</span>
            <ActionButton action={signOut}>Sign out</ActionButton>
          </div>
        )}
      </header>
      <main>
        {said && <Notice tone={said.tone}>{said.text}</Notice>}
        {state.is === "loading" && <p class="muted">Loading…</p>}
        {state.is === "down" && (
          <Card title="Not available">
            <Notice tone="bad">{state.sentence}</Notice>
            <div class="row">
              <ActionButton kind="primary" action={restore}>
                Try again
              </ActionButton>
            </div>
          </Card>
        )}
        {state.is === "signed_out" && (
          <Card title="Sign in">
            <p class="muted">Use the Google account that you signed up with.</p>
            <GoogleButton api={api} done={(one) => void signIn(one)} />
          </Card>
        )}
        {proof && state.is === "signed_in" && (
          <Card title="Is it you?">
            <p class="muted">
              This step needs a sign-in of the last five minutes. Choose the
              account that you are signed in with.
            </p>
            <GoogleButton
              api={api}
              text="continue_with"
              done={(one) => void proved(one)}
            />
            <div class="row">
              <ActionButton action={() => setProof(undefined)}>
                Cancel
              </ActionButton>
            </div>
          </Card>
        )}
        {state.is === "signed_in" &&
          children({
            ...{ api, user: state.user, tell, leave },
            ask: setQuestion,
            prove: (then) => setProof({ then }),
          })}
        {question && (
          <Confirm question={question} close={() => setQuestion(undefined)} />
        )}
      </main>
    </>
  );
}
