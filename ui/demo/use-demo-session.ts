import { useMemo, useState } from "preact/hooks";
import { type Answer, Api, type Exchange, sentenceOf } from "../api";
import type { GoogleCredential } from "../google-button";
import { apiBase, settings } from "../page-settings";

export interface SignedIn {
  readonly accessToken: string;
  readonly user: {
    readonly id: string;
    readonly name: string | null;
    readonly email: string | null;
    readonly roles: readonly string[];
  };
}

interface Said {
  readonly tone: "good" | "bad";
  readonly text: string;
}

/** The page's session, its requests, and what the user was told last. */
export type DemoSession = ReturnType<typeof useDemoSession>;

/** The local Google; with the real one, the page has nothing to tell it. */
export const google = settings.googleUrl;

/** Signs in, calls, refreshes, steps up and signs out, and says what came of it. */
export function useDemoSession() {
  const [exchanges, setExchanges] = useState<readonly Exchange[]>([]);
  const observe = (one: Exchange) =>
    setExchanges((before) => [one, ...before].slice(0, 60));
  const api = useMemo(() => new Api(apiBase, observe), []);
  const emulator = useMemo(
    () => (google ? new Api(new URL(google), observe) : undefined),
    [],
  );
  const [tokens, setTokens] = useState<SignedIn>();
  const [idToken, setIdToken] = useState<string>();
  const [said, setSaid] = useState<Said>();
  const [isStepUp, setStepUp] = useState(false);

  const say = (tone: Said["tone"], text: string) => setSaid({ tone, text });
  /** Takes over new tokens, or says why there are none. */
  const take = (answer: Answer, text: string): boolean => {
    if (answer.status === 200) {
      setTokens(answer.body as SignedIn);
      say("good", text);
      return true;
    }
    if (answer.status === 401) leave();
    say("bad", `${answer.status || ""} ${sentenceOf(answer)}`);
    return false;
  };
  const leave = () => {
    api.forget();
    setTokens(undefined);
    setStepUp(false);
  };

  const signIn = async (credential: GoogleCredential) => {
    const answer = await api.signIn("auth/google", credential);
    setIdToken(credential.idToken);
    if (take(answer, "Signed in.")) await guarded();
  };
  const guarded = async () => {
    const answer = await api.authorized("GET", "users/me");
    if (answer.status === 200) {
      const { email, id } = answer.body as SignedIn["user"];
      say(
        "good",
        `The guarded route GET /users/me answers 200 to ${email ?? id}.`,
      );
    } else if (answer.status === 401) {
      leave();
      say("bad", "The guarded route GET /users/me answers 401: signed out.");
    } else take(answer, "");
  };
  const refresh = async () => {
    take(
      await api.refresh(),
      "New tokens; the refresh token in the cookie was replaced.",
    );
  };
  const stepUp = async (credential: GoogleCredential) => {
    const answer = await api.signIn("auth/reauthenticate", credential);
    setIdToken(credential.idToken);
    setStepUp(false);
    take(
      answer,
      "Proved again: auth_time of our token is new, and routes that ask for a recent sign-in are open for five minutes.",
    );
  };
  const signOut = async (path: string) => {
    const answer = await api.authorized("POST", path);
    leave();
    say(
      answer.status === 204 ? "good" : "bad",
      answer.status === 204
        ? "Signed out; the tokens are dead at once."
        : sentenceOf(answer),
    );
  };

  return {
    ...{ exchanges, api, emulator, tokens, idToken, said, isStepUp },
    ...{ say, take, leave, setStepUp },
    ...{ signIn, guarded, refresh, stepUp, signOut },
  };
}
