import { useEffect, useMemo, useState } from "preact/hooks";
import {
  type AuthClientError,
  errorOf,
  type GoogleCredential,
  type User,
} from "../../src/client";
import { endingOf, pageClient, sentenceOf, useAuthState } from "../page-client";
import { settings } from "../page-settings";
import { type Exchange, observedFetch } from "./observed-fetch";

interface Said {
  readonly tone: "good" | "bad";
  readonly text: string;
}

/** The page's session, its requests and the latest message. */
export type DemoSession = ReturnType<typeof useDemoSession>;

/** The URL of the emulator; undefined with the real Google. */
export const google = settings.googleUrl;

/** Requests that the page sends automatically. */
const unlisted = /\/auth\/(?:google\/nonce|sessions)$/;

/**
 * Signs in, calls, refreshes, steps up and signs out, and shows the results.
 */
export function useDemoSession() {
  const [exchanges, setExchanges] = useState<readonly Exchange[]>([]);
  const [accessToken, setAccessToken] = useState<string>();
  const [idToken, setIdToken] = useState<string>();
  const [said, setSaid] = useState<Said>();
  const [isStepUp, setStepUp] = useState(false);
  const list = (one: Exchange) => {
    if (unlisted.test(one.url)) return;
    setExchanges((before) => [one, ...before].slice(0, 60));
  };
  /** The client does not expose its tokens; they are read from the requests. */
  const observe = (one: Exchange) => {
    list(one);
    const sent = Object(one.sent) as { idToken?: string };
    if (sent.idToken) setIdToken(sent.idToken);
    const got = Object(one.body) as { accessToken?: string };
    const used = /^Bearer (.+)/.exec(one.headers.authorization ?? "")?.[1];
    setAccessToken((before) => got.accessToken ?? used ?? before);
  };
  const client = useMemo(() => pageClient(observedFetch(observe)), []);
  const withoutClient = useMemo(() => observedFetch(list), []);
  const state = useAuthState(client);
  const user = "user" in state ? state.user : undefined;
  useEffect(() => void client.restore().catch(() => null), []);
  useEffect(() => {
    if (!user) setStepUp(false);
  }, [user]);

  const say = (tone: Said["tone"], text: string) => setSaid({ tone, text });
  /** Runs an action, or shows why it failed. */
  const attempt = async (action: () => Promise<void>) => {
    try {
      await action();
    } catch (error) {
      const { status = "" } = error as AuthClientError;
      say("bad", `${status} ${sentenceOf(error)}`);
    }
  };

  const signIn = (credential: GoogleCredential) =>
    attempt(async () => {
      await client.signIn(credential);
      await guarded();
    });
  const guarded = () =>
    attempt(async () => {
      const response = await client.fetch("/users/me");
      if (response.status === 401) {
        say("bad", "The guarded route GET /users/me returned 401: signed out.");
        return;
      }
      if (!response.ok) throw await errorOf(response);
      const { email, id } = (await response.json()) as User;
      say(
        "good",
        `The guarded route GET /users/me returned 200 for ${email ?? id}.`,
      );
    });
  const refresh = () =>
    attempt(async () => {
      const renewed = await client.refresh();
      if (renewed === null) {
        return say("bad", endingOf(client.state) ?? "Sign in first.");
      }
      say("good", "New tokens; the refresh token in the cookie was replaced.");
    });
  const stepUp = (credential: GoogleCredential) =>
    attempt(async () => {
      await client.reauthenticate(credential);
      setStepUp(false);
      say(
        "good",
        "Reauthenticated: the token has a new auth_time, and routes that require a recent sign-in are available for five minutes.",
      );
    });
  const signOut = (everywhere: boolean) =>
    attempt(async () => {
      await client.signOut({ everywhere });
      say("good", "Signed out; the tokens were revoked immediately.");
    });

  return {
    ...{ exchanges, client, withoutClient, user, accessToken, idToken, said },
    ...{ isStepUp, setStepUp, say, signIn, guarded, refresh, stepUp, signOut },
  };
}
