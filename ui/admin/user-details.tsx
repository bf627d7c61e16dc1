import { useEffect, useState } from "preact/hooks";
import { ActionButton, Card, Chip, deviceOf, Facts, Time } from "../components";
import type { Schema } from "../page-client";
import type { Signed } from "../session";
import { AuditLog } from "./audit-log";

/** One user, with accounts, sessions and audit log. */
export function UserDetails(
  signed: Signed & { readonly id: string; readonly close: () => void },
) {
  const { send, run, ask, id, close } = signed;
  const [user, setUser] = useState<Schema<"UserWithIdentitiesDto">>();
  const [sessions, setSessions] = useState<readonly Schema<"UserSessionDto">[]>(
    [],
  );
  const [roles, setRoles] = useState("");
  const [loads, setLoads] = useState(0);
  const load = async () => {
    const [details, open] = await Promise.all([
      send<Schema<"UserWithIdentitiesDto">>("GET", `/admin/users/${id}`),
      send<readonly Schema<"UserSessionDto">[]>(
        "GET",
        `/admin/users/${id}/sessions`,
      ),
    ]);
    setUser(details);
    setRoles(details.roles.join(" "));
    setSessions(open);
    setLoads((count) => count + 1);
  };
  useEffect(() => void run(load), [id]);
  const change = (body: object, success: string) =>
    run(async () => {
      await send("PATCH", `/admin/users/${id}`, body);
      await load();
    }, success);
  const endSessions = () =>
    run(async () => {
      await send("POST", `/admin/users/${id}/logout`);
      await load();
    }, "All sessions of the user have ended.");
  const back = <ActionButton action={close}>Back to the list</ActionButton>;
  if (!user) {
    return (
      <Card title="User" aside={back}>
        <p class="muted">Loading…</p>
      </Card>
    );
  }
  const name = user.email ?? user.id;
  const isActive = user.status === "active";
  return (
    <>
      <Card title={user.name ?? "No name"} aside={back}>
        <Facts
          of={[
            ["Address", user.email ?? "none"],
            ["Id", <code>{user.id}</code>],
            [
              "Status",
              <Chip tone={isActive ? "good" : "bad"}>{user.status}</Chip>,
            ],
            ["Created", <Time at={user.createdAt} />],
            ["Last sign-in", <Time at={user.lastSignInAt} />],
          ]}
        />
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            const list = roles.split(/[\s,]+/).filter(Boolean);
            ask({
              title: `Change the roles of ${name}?`,
              text: `New roles: ${list.join(", ") || "none"}.`,
              confirm: "Change roles",
              action: () => change({ roles: list }, "The roles are changed."),
            });
          }}
        >
          <label class="grow">
            Roles
            <input
              value={roles}
              onInput={(event) => setRoles(event.currentTarget.value)}
            />
          </label>
          <button>Change roles</button>
        </form>
        <div class="row">
          <ActionButton
            kind="danger"
            action={() =>
              ask(
                isActive
                  ? {
                      title: `Disable ${name}?`,
                      text: "All sessions end immediately, and the user can no longer sign in.",
                      confirm: "Disable",
                      action: () =>
                        change({ status: "disabled" }, "The user is disabled."),
                    }
                  : {
                      title: `Enable ${name}?`,
                      text: "The user can sign in again.",
                      confirm: "Enable",
                      action: () =>
                        change({ status: "active" }, "The user is enabled."),
                    },
              )
            }
          >
            {isActive ? "Disable" : "Enable"}
          </ActionButton>
          <ActionButton
            kind="danger"
            action={() =>
              ask({
                title: `End all sessions of ${name}?`,
                text: "The user is signed out on all devices.",
                confirm: "End sessions",
                action: endSessions,
              })
            }
          >
            End sessions
          </ActionButton>
        </div>
      </Card>
      <Card title="Sessions" aside={<Chip>{sessions.length}</Chip>}>
        <ul class="list">
          {sessions.map((session) => (
            <li key={session.id} class="small">
              <span class="grow">{deviceOf(session.userAgent)}</span>
              <span class="muted">{session.ip}</span>
              <Time at={session.lastUsedAt} />
            </li>
          ))}
        </ul>
      </Card>
      <Card title="Accounts">
        <ul class="list">
          {user.identities.map(({ issuer, subject, email, blocked }) => (
            <li key={issuer + subject} class="small">
              <span class="grow cut">{email ?? subject}</span>
              <code class="muted cut">{issuer}</code>
              {blocked && <Chip tone="bad">blocked</Chip>}
            </li>
          ))}
        </ul>
      </Card>
      <AuditLog key={loads} {...signed} userId={id} />
    </>
  );
}
