import { ActionButton, Card } from "../components";
import { GoogleButton } from "../google-button";
import { useAttacks } from "./use-attacks";
import { type DemoSession, google } from "./use-demo-session";

/** Buttons for what the demo can do with the session. */
export function TryIt({ session }: { session: DemoSession }) {
  const { client, user, idToken, isStepUp, setStepUp } = session;
  const { guarded, refresh, stepUp, signOut } = session;
  const { fiveTabs, oldToken, tampered, report, isHijacked } =
    useAttacks(session);
  const signedIn = user !== undefined;
  return (
    <Card title="Try it">
      <div class="row">
        <ActionButton kind="primary" disabled={!signedIn} action={guarded}>
          Call a guarded route
        </ActionButton>
        <ActionButton disabled={!signedIn} action={refresh}>
          Refresh
        </ActionButton>
        <ActionButton disabled={!signedIn} action={fiveTabs}>
          Five tabs at once
        </ActionButton>
        <ActionButton disabled={!signedIn} action={() => setStepUp(!isStepUp)}>
          Step up
        </ActionButton>
        <ActionButton disabled={!idToken} action={tampered}>
          Send a tampered token
        </ActionButton>
        <ActionButton disabled={!signedIn} action={() => signOut(false)}>
          Sign out here
        </ActionButton>
        <ActionButton disabled={!signedIn} action={() => signOut(true)}>
          Sign out everywhere
        </ActionButton>
        <ActionButton kind="danger" disabled={!signedIn} action={oldToken}>
          Reuse an old refresh token
        </ActionButton>
        {google && isHijacked && (
          <ActionButton action={() => report("account-enabled")}>
            Google reports: safe again
          </ActionButton>
        )}
        {google && !isHijacked && (
          <ActionButton
            kind="danger"
            disabled={!signedIn || !idToken}
            action={() => report("account-disabled", "hijacking")}
          >
            Google reports: hijacked
          </ActionButton>
        )}
      </div>
      {isStepUp && signedIn && (
        <div class="stack">
          <p class="muted small">
            Sign in with the same account again to confirm that it is you:
          </p>
          <GoogleButton client={client} text="continue_with" use={stepUp} />
        </div>
      )}
    </Card>
  );
}
