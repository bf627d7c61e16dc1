import { Card, Chip } from "../components";
import type { Controlled } from "./use-emulator";

/** The latest requests to the emulator, newest first. */
export function RequestLog({ state }: Pick<Controlled, "state">) {
  return (
    <Card title="Log" aside={<Chip tone="good">live</Chip>}>
      <div class="scroll" tabIndex={0} role="group" aria-label="Log">
        <ul class="list">
          {[...state.requests]
            .reverse()
            .map(({ method, path, receivedAt }, index) => (
              <li key={index} class="small">
                <code class="cut">
                  {method} {path}
                </code>
                <time class="muted numbers" dateTime={receivedAt}>
                  {new Date(receivedAt).toLocaleTimeString()}
                </time>
              </li>
            ))}
        </ul>
      </div>
    </Card>
  );
}
