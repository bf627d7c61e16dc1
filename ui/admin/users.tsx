import { useEffect, useState } from "preact/hooks";
import { ActionButton, Card, Chip, Time } from "../components";
import type { User } from "../../src/client";
import type { Schema } from "../page-client";
import type { Signed } from "../session";
import { UserDetails } from "./user-details";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Searches users by address, name or id, with paging. */
export function Users(signed: Signed) {
  const { send, run } = signed;
  const [text, setText] = useState("");
  const [status, setStatus] = useState("");
  const [users, setUsers] = useState<readonly User[]>();
  const [cursor, setCursor] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string>();

  const load = async (after: string | null) => {
    const query = new URLSearchParams({ limit: "20" });
    const sought = text.trim();
    if (sought) query.set(sought.includes("@") ? "email" : "name", sought);
    if (status) query.set("status", status);
    if (after) query.set("cursor", after);
    const path = `/admin/users?${query}`;
    const page = await send<Schema<"UsersPageDto">>("GET", path);
    setUsers([...(after ? (users ?? []) : []), ...page.items]);
    setCursor(page.nextCursor);
  };
  const search = async () => {
    if (uuid.test(text.trim())) setChosen(text.trim());
    else await load(null);
  };
  useEffect(() => void run(() => load(null)), [status]);

  if (chosen !== undefined) {
    return (
      <UserDetails
        {...signed}
        id={chosen}
        close={() => {
          setChosen(undefined);
          void run(() => load(null));
        }}
      />
    );
  }
  return (
    <Card title="Users">
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void run(search);
        }}
      >
        <label class="grow">
          Address, name or id
          <input
            type="search"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <label>
          Status
          <select
            value={status}
            onChange={(event) => setStatus(event.currentTarget.value)}
          >
            <option value="">any</option>
            <option>active</option>
            <option>disabled</option>
          </select>
        </label>
        <button class="primary">Search</button>
      </form>
      {users?.length === 0 && <p class="muted">No users found.</p>}
      <ul class="list">
        {users?.map((user) => (
          <li key={user.id}>
            <div class="grow">
              <strong>{user.name ?? "No name"}</strong>{" "}
              {user.status === "disabled" && <Chip tone="bad">disabled</Chip>}{" "}
              {user.roles.map((role) => (
                <Chip key={role}>{role}</Chip>
              ))}
              <div class="muted small cut">
                {user.email ?? user.id} · last sign-in{" "}
                <Time at={user.lastSignInAt} />
              </div>
            </div>
            <ActionButton action={() => setChosen(user.id)}>
              Open<span class="unseen"> {user.email ?? user.id}</span>
            </ActionButton>
          </li>
        ))}
      </ul>
      {cursor && (
        <div class="row">
          <ActionButton action={() => run(() => load(cursor))}>
            More
          </ActionButton>
        </div>
      )}
    </Card>
  );
}
