import { Card, Chip } from "../components";
import { claimsOf } from "../demo/claims";
import type { Controlled } from "./use-emulator";

/** The latest ID tokens, labelled with their address or subject. */
export function IdTokens({ state }: Pick<Controlled, "state">) {
  return (
    <Card title="ID tokens" aside={<Chip>{state.idTokens.length}</Chip>}>
      <div class="scroll" tabIndex={0} role="group" aria-label="ID tokens">
        {state.idTokens.map((token) => (
          <details key={token}>
            <summary>
              <code class="cut">
                {String(claimsOf(token).email ?? claimsOf(token).sub)}
              </code>
            </summary>
            <pre tabIndex={0}>{token}</pre>
          </details>
        ))}
      </div>
    </Card>
  );
}
