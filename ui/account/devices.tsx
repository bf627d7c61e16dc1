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

/** Where the user is signed in, and how to end it. */
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
    tell(answer, "That device is signed out.");
    await load();
  };
  const endAll = async () => {
    const answer = await api.authorized("POST", "auth/logout-all");
    if (tell(answer)) leave("You are signed out on every device.");
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
