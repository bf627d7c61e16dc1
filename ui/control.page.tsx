import { render } from "preact";
import { Notice } from "./components";
import { Accounts } from "./control/accounts";
import { Faults } from "./control/faults";
import { IdTokens } from "./control/id-tokens";
import { Keys } from "./control/keys";
import { RequestLog } from "./control/request-log";
import { SecurityEvents } from "./control/security-events";
import { useEmulator } from "./control/use-emulator";
import { Claims } from "./demo/claims";

function Control() {
  const { state, said, act } = useEmulator();
  if (!state)
    return <main>{said && <Notice tone="bad">{said.text}</Notice>}</main>;
  const [newest] = state.idTokens;
  const controlled = { state, act };
  return (
    <>
      <header class="bar">
        <h1>Google emulator</h1>
        <code class="end muted cut">{location.origin}</code>
      </header>
      <main class="wide">
        {said && <Notice tone={said.tone}>{said.text}</Notice>}
        <div class="columns">
          <div class="stack">
            <Accounts {...controlled} />
            <SecurityEvents {...controlled} />
            <div class="halves">
              <Keys {...controlled} />
              <Faults {...controlled} />
            </div>
          </div>
          <div class="stack">
            {newest && <Claims title="The newest ID token" token={newest} />}
            <IdTokens state={state} />
            <RequestLog state={state} />
          </div>
        </div>
      </main>
    </>
  );
}

const place = document.getElementById("app");
if (place) {
  place.replaceChildren();
  render(<Control />, place);
}
