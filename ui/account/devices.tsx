import { useEffect, useState } from "preact/hooks";
import { ActionButton, Card, Chip, deviceOf, Time } from "../components";
import type { Schema } from "../page-client";
import type { Signed } from "../session";

/** The devices where the user is signed in, with sign-out. */
export function Devices({ client, send, run, ask }: Signed) {
  const [sessions, setSessions] = useState<readonly Schema<"SessionDto">[]>();
  const load = async () => setSessions(await send("GET", "/auth/sessions"));
  useEffect(() => void run(load), []);
  const end = ({ id }: Schema<"SessionDto">) =>
    run(async () => {
      await send("DELETE", `/auth/sessions/${id}`);
      await load();
    }, "The device is signed out.");
  const endAll = () =>
    run(
      () => client.signOut({ everywhere: true }),
      "You are signed out on all devices.",
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
              text: "All devices are signed out immediately, including this one.",
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
                      title: "Sign out this device?",
                      text: `${name}, last used ${new Date(session.lastUsedAt).toLocaleString()}.`,
                      confirm: "Sign out device",
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
