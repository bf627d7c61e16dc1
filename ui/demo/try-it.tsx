import { ActionButton, Card } from "../components";
import { GoogleButton } from "../google-button";
import { useAttacks } from "./use-attacks";
import { type DemoSession, google } from "./use-demo-session";

/** A button for each thing that the demo can do with the session. */
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
          Send an old refresh token again
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
            Prove with the same account that it is still you:
          </p>
          <GoogleButton client={client} text="continue_with" use={stepUp} />
        </div>
      )}
    </Card>
  );
}
