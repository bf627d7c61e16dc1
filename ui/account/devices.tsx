import { useEffect, useState } from "preact/hooks";
import { ActionButton, Card, Chip, deviceOf, Time } from "../components";
import type { Schema } from "../page-client";
import type { Signed } from "../session";

/** Where the user is signed in, and how to end it. */
export function Devices({ client, send, run, ask }: Signed) {
  const [sessions, setSessions] = useState<readonly Schema<"SessionDto">[]>();
  const load = async () => setSessions(await send("GET", "/auth/sessions"));
  useEffect(() => void run(load), []);
  const end = ({ id }: Schema<"SessionDto">) =>
    run(async () => {
      await send("DELETE", `/auth/sessions/${id}`);
      await load();
    }, "That device is signed out.");
  const endAll = () =>
    run(
      () => client.signOut({ everywhere: true }),
      "You are signed out on every device.",
    );
  return (
    <Card
      title="Devices"
      aside={
        <ActionButton
          kind="danger"
          action={() =>
            ask({
              title: "Sign out everywhere?",
              text: "Every device is signed out at once, this one too.",
              confirm: "Sign out everywhere",
              action: endAll,
            })
          }
        >
          Sign out everywhere
        </ActionButton>
      }
    >
      <ul class="list">
        {sessions?.map((session) => {
          const name = session.device ?? deviceOf(session.userAgent);
          return (
            <li key={session.id}>
              <div class="grow">
                {name} {session.current && <Chip tone="good">this device</Chip>}
                <div class="muted small cut">
                  {session.ip} · <Time at={session.lastUsedAt} />
                </div>
              </div>
              {!session.current && (
                <ActionButton
                  kind="danger"
                  action={() =>
                    ask({
                      title: "Sign this device out?",
                      text: `${name}, last used ${new Date(session.lastUsedAt).toLocaleString()}.`,
                      confirm: "Sign it out",
                      action: () => end(session),
                    })
                  }
                >
                  Sign out
                </ActionButton>
              )}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
