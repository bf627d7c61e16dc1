import { ActionButton, Card, Facts } from "../components";
import type { Controlled } from "./use-emulator";

/** The ids of the signing keys, and their rotation. */
export function Keys({ state, act }: Controlled) {
  return (
    <Card title="Keys">
      <Facts
        of={[
          ["signs", <code>{state.keys.current}</code>],
          ["next", <code>{state.keys.next}</code>],
          ["published", String(state.keys.published.length)],
        ]}
      />
      <div class="row">
        <ActionButton
          action={() =>
            act("POST", "emulator/keys/rotate", {}, "The next key signs.")
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
              "A key signs that nobody knew.",
            )
          }
        >
          Rotate unannounced
        </ActionButton>
      </div>
    </Card>
  );
}
