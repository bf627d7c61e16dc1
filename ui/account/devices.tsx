import { useEffect, useState } from "preact/hooks";
import { ActionButton, Card, Chip, deviceOf, Time } from "../components";
import type { Signed } from "../session";

interface Session {
  readonly id: string;
  readonly device: string | null;
  readonly userAgent: string | null;
  readonly ip: string | null;
  readonly lastUsedAt: string;
  readonly current: boolean;
}

/** The devices where the user is signed in, with sign-out. */
export function Devices({ api, tell, ask, leave }: Signed) {
  const [sessions, setSessions] = useState<readonly Session[]>();
  const load = async () => {
    const answer = await api.authorized("GET", "auth/sessions");
    if (answer.status === 200) setSessions(answer.body);
    else tell(answer);
  };
  useEffect(() => void load(), []);
  const end = async ({ id }: Session) => {
    const answer = await api.authorized("DELETE", `auth/sessions/${id}`);
    tell(answer, "The device is signed out.");
    await load();
  };
  const endAll = async () => {
    const answer = await api.authorized("POST", "auth/logout-all");
    if (tell(answer)) leave("You are signed out on all devices.");
  };
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
