import { ActionButton, Card } from "../components";
import { type Controlled, submitted } from "./use-emulator";

const faultKinds: Readonly<Record<string, object>> = {
  "500": { status: 500 },
  "503, three times": { status: 503, times: 3 },
  "5 seconds latency": { latencyMs: 5000 },
  "no response": { hang: true },
  "connection reset": { reset: true },
  "HTML page": { html: true },
  "truncated body": { truncated: true },
};

/** Sets the fault of an endpoint, and lists and clears the active faults. */
export function Faults({ state, act }: Controlled) {
  return (
    <Card title="Faults">
      <form
        class="stack"
        onSubmit={submitted(({ path, kind }) =>
          act(
            "POST",
            "emulator/faults",
            { path, ...faultKinds[kind ?? ""] },
            "The fault is active.",
          ),
        )}
      >
        <label>
          Endpoint
          <select name="path">
            {state.paths.map((path) => (
              <option key={path}>{path}</option>
            ))}
          </select>
        </label>
        <label>
          Fault
          <select name="kind">
            {Object.keys(faultKinds).map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        </label>
        <div class="row">
          <button>Set</button>
          <ActionButton
            disabled={Object.keys(state.faults).length === 0}
            action={() =>
              act(
                "DELETE",
                "emulator/faults",
                undefined,
                "All faults are cleared.",
              )
            }
          >
            Clear all
          </ActionButton>
        </div>
      </form>
      {Object.entries(state.faults).map(([path, fault]) => (
        <code key={path} class="cut">
          {path} {JSON.stringify(fault)}
        </code>
      ))}
    </Card>
  );
}
