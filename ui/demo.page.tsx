import { render } from "preact";
import { Avatar, Card, Chip, Notice } from "./components";
import { Claims } from "./demo/claims";
import { Exchanges } from "./demo/exchanges";
import { AuditTrail, Sessions, useAuditTrail } from "./demo/live";
import { TryIt } from "./demo/try-it";
import { google, useDemoSession } from "./demo/use-demo-session";
import { GoogleButton } from "./google-button";

function Demo() {
  const session = useDemoSession();
  const { exchanges, client, user, accessToken, idToken, said, signIn } =
    session;
  const lines = useAuditTrail();
  return (
    <>
      <header class="bar">
        <h1>Sign in with Google: local demo</h1>
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
            {user ? (
              <Card
                title="Signed in"
                aside={user.roles.map((role) => (
                  <Chip tone="good">{role}</Chip>
                ))}
              >
                <div class="row">
                  <Avatar name={user.name ?? "?"} />
                  <div>
                    <strong>{user.name ?? "No name"}</strong>
                    <div class="muted small cut">{user.email}</div>
                  </div>
                </div>
              </Card>
            ) : (
              <Card title="Not signed in">
                <p class="muted">
                  {google
                    ? "Choose any account; no data leaves this machine. Grace is an administrator."
                    : "Choose one of your Google accounts."}
                </p>
                <GoogleButton client={client} use={signIn} />
              </Card>
            )}
            <TryIt session={session} />
            {user && accessToken && (
              <div class="halves">
                {idToken && (
                  <Claims title="Google's ID token" token={idToken} />
                )}
                <Claims title="Our access token" token={accessToken} />
              </div>
            )}
          </div>
          <div class="stack">
            <Exchanges of={exchanges} />
            <Sessions client={client} user={user} news={lines[0]} />
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
