import { ActionButton, Card, Facts } from "../components";
import type { Controlled } from "./use-emulator";

/** The ids of the signing keys, and their rotation. */
export function Keys({ state, act }: Controlled) {
  return (
    <Card title="Keys">
      <Facts
        of={[
          ["current", <code>{state.keys.current}</code>],
          ["next", <code>{state.keys.next}</code>],
          ["published", String(state.keys.published.length)],
        ]}
      />
      <div class="row">
        <ActionButton
          action={() =>
            act(
              "POST",
              "emulator/keys/rotate",
              {},
              "The next key is now the signing key.",
            )
          }
        >
          Rotate
        </ActionButton>
        <ActionButton
          action={() =>
            act(
              "POST",
              "emulator/keys/rotate",
              { unannounced: true },
              "An unpublished key is now the signing key.",
            )
          }
        >
          Rotate unannounced
        </ActionButton>
      </div>
    </Card>
  );
}
