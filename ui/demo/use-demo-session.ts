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

/** The page's session, its requests and the latest message. */
export type DemoSession = ReturnType<typeof useDemoSession>;

/** The URL of the emulator; undefined with the real Google. */
export const google = settings.googleUrl;

/**
 * Signs in, calls, refreshes, steps up and signs out, and shows the results.
 */
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
  /** Stores new tokens, or shows why there are none. */
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
        `The guarded route GET /users/me returned 200 for ${email ?? id}.`,
      );
    } else if (answer.status === 401) {
      leave();
      say("bad", "The guarded route GET /users/me returned 401: signed out.");
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
      "Reauthenticated: the token has a new auth_time, and routes that require a recent sign-in are available for five minutes.",
    );
  };
  const signOut = async (path: string) => {
    const answer = await api.authorized("POST", path);
    leave();
    say(
      answer.status === 204 ? "good" : "bad",
      answer.status === 204
        ? "Signed out; the tokens were revoked immediately."
        : sentenceOf(answer),
    );
  };

  return {
    ...{ exchanges, api, emulator, tokens, idToken, said, isStepUp },
    ...{ say, take, leave, setStepUp },
    ...{ signIn, guarded, refresh, stepUp, signOut },
  };
}
