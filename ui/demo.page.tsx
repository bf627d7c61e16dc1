import { render } from "preact";
import { useMemo, useState } from "preact/hooks";
import { type Answer, Api, type Exchange, sentenceOf } from "./api";
import { ActionButton, Avatar, Card, Chip, Notice } from "./components";
import { Claims, claimsOf } from "./demo/claims";
import { Exchanges } from "./demo/exchanges";
import { AuditTrail, Sessions, useAuditTrail } from "./demo/live";
import { GoogleButton, type GoogleCredential } from "./google-button";
import { apiBase, settings } from "./page-settings";

interface SignedIn {
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

/** The local Google; with the real one, the page has nothing to tell it. */
const google = settings.googleUrl;

function Demo() {
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
  const [isHijacked, setHijacked] = useState(false);
  const lines = useAuditTrail();

  const say = (tone: Said["tone"], text: string) => setSaid({ tone, text });
  /** Takes over new tokens, or says why there are none. */
  const take = (answer: Answer, text: string): boolean => {
    if (answer.status === 200) {
      setTokens(answer.body);
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
      say(
        "good",
        `The guarded route GET /users/me answers 200 to ${answer.body.email ?? answer.body.id}.`,
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
  const fiveTabs = async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api.call("POST", "auth/refresh")),
    );
    const good = answers.filter(({ status }) => status === 200);
    const last = answers.find(({ status }) => status !== 200) ?? answers[0];
    if (!last) return;
    if (good[0]) api.accessToken = good[0].body.accessToken;
    take(
      last,
      `${good.length} of 5 tabs got tokens, at once and with the same cookie. Still one session.`,
    );
  };
  const oldToken = async () => {
    const { status, body } = await api.call("POST", "demo/old-refresh-token");
    if (status !== 200) return say("bad", "Sign in first.");
    const last = body.attempts.at(-1);
    leave();
    say(
      "bad",
      `Somebody copied the refresh token. It was replaced twice, then sent again: ${last.status} ${last.code}. The session is over, for the thief and for you.`,
    );
  };
  const tampered = async () => {
    if (!idToken) return;
    const [header, , signature] = idToken.split(".");
    const claims = { ...claimsOf(idToken), sub: "1", email: "root@gmail.com" };
    const payload = btoa(JSON.stringify(claims))
      .replaceAll("=", "")
      .replaceAll("+", "-")
      .replaceAll("/", "_");
    const answer = await api.call("POST", "auth/google", {
      body: { idToken: [header, payload, signature].join(".") },
    });
    say(
      answer.status === 401 ? "good" : "bad",
      `Another subject under the old signature: ${answer.status} ${answer.body?.code ?? ""}.`,
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
  const report = async (type: string, reason?: string) => {
    if (!emulator) return;
    const sub = idToken && claimsOf(idToken).sub;
    const to = new URL("security-events", apiBase).href;
    const answer = await emulator.call("POST", "emulator/security-events", {
      body: { account: { sub }, type, ...(reason && { reason }), to },
    });
    if (answer.status !== 200) return say("bad", sentenceOf(answer));
    setHijacked(type === "account-disabled");
    if (type === "account-disabled") await guarded();
    else
      say(
        "good",
        "Google says that the account is safe again: it can sign in.",
      );
  };

  const signedIn = tokens !== undefined;
  return (
    <>
      <header class="bar">
        <h1>Sign in with Google, on this machine</h1>
        <nav class="row end small" aria-label="Pages">
          <a href="account">Account page</a>
          <a href="admin">Admin page</a>
          <a href="docs">API</a>
          {google && <a href={`${google}/emulator/`}>Local Google</a>}
        </nav>
      </header>
      <main class="wide">
        {said && <Notice tone={said.tone}>{said.text}</Notice>}
        <div class="columns">
          <div class="stack">
            {tokens ? (
              <Card
                title="Signed in"
                aside={tokens.user.roles.map((role) => (
                  <Chip tone="good">{role}</Chip>
                ))}
              >
                <div class="row">
                  <Avatar name={tokens.user.name ?? "?"} />
                  <div>
                    <strong>{tokens.user.name ?? "No name"}</strong>
                    <div class="muted small cut">{tokens.user.email}</div>
                  </div>
                </div>
              </Card>
            ) : (
              <Card title="Not signed in">
                <p class="muted">
                  {google
                    ? "Choose any account; nothing leaves this machine. Grace is an administrator."
                    : "Choose a Google account of yours."}
                </p>
                <GoogleButton
                  api={api}
                  done={(credential) => void signIn(credential)}
                />
              </Card>
            )}
            <Card title="Try it">
              <div class="row">
                <ActionButton
                  kind="primary"
                  disabled={!signedIn}
                  action={guarded}
                >
                  Call a guarded route
                </ActionButton>
                <ActionButton disabled={!signedIn} action={refresh}>
                  Refresh
                </ActionButton>
                <ActionButton disabled={!signedIn} action={fiveTabs}>
                  Five tabs at once
                </ActionButton>
                <ActionButton
                  disabled={!signedIn}
                  action={() => setStepUp(!isStepUp)}
                >
                  Step up
                </ActionButton>
                <ActionButton disabled={!idToken} action={tampered}>
                  Send a tampered token
                </ActionButton>
                <ActionButton
                  disabled={!signedIn}
                  action={() => signOut("auth/logout")}
                >
                  Sign out here
                </ActionButton>
                <ActionButton
                  disabled={!signedIn}
                  action={() => signOut("auth/logout-all")}
                >
                  Sign out everywhere
                </ActionButton>
                <ActionButton
                  kind="danger"
                  disabled={!signedIn}
                  action={oldToken}
                >
                  Send an old refresh token again
                </ActionButton>
                {emulator && isHijacked && (
                  <ActionButton action={() => report("account-enabled")}>
                    Google reports: safe again
                  </ActionButton>
                )}
                {emulator && !isHijacked && (
                  <ActionButton
                    kind="danger"
                    disabled={!signedIn}
                    action={() => report("account-disabled", "hijacking")}
                  >
                    Google reports: hijacked
                  </ActionButton>
                )}
              </div>
              {isStepUp && signedIn && (
                <div class="stack">
                  <p class="muted small">
                    Prove with the same account that it is still you:
                  </p>
                  <GoogleButton
                    api={api}
                    text="continue_with"
                    done={(credential) => void stepUp(credential)}
                  />
                </div>
              )}
            </Card>
            {tokens && (
              <div class="halves">
                {idToken && (
                  <Claims title="Google's ID token says" token={idToken} />
                )}
                <Claims
                  title="Our access token says"
                  token={tokens.accessToken}
                />
              </div>
            )}
          </div>
          <div class="stack">
            <Exchanges of={exchanges} />
            <Sessions api={api} token={tokens?.accessToken} news={lines[0]} />
            <AuditTrail lines={lines} />
          </div>
        </div>
      </main>
    </>
  );
}

const place = document.getElementById("app");
if (place) {
  place.replaceChildren();
  render(<Demo />, place);
}
