import { useState } from "preact/hooks";
import { ActionButton, Card } from "../components";
import type { Schema } from "../page-client";
import type { Signed } from "../session";

/** The stored data of the user: view, download and delete. */
export function OwnData({ client, user, send, run, ask }: Signed) {
  const [held, setHeld] = useState<string>();
  const load = async () => {
    const data = await send<Schema<"AccountExportDto">>(
      "GET",
      "/users/me/export",
    );
    return JSON.stringify(data, null, 2);
  };
  const show = async () => setHeld(await load());
  const download = async () => {
    const text = await load();
    const url = URL.createObjectURL(
      new Blob([text], { type: "application/json" }),
    );
    Object.assign(document.createElement("a"), {
      href: url,
      download: `account-${user.id}.json`,
    }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  const remove = () =>
    run(async () => {
      await send("DELETE", "/users/me");
      await client.signOut();
    }, "Your account is deleted.");
  return (
    <Card title="Your data">
      <p class="muted small">
        We store your profile, your linked accounts, your devices with IP
        address and browser, and the security log of your account.
      </p>
      <div class="row">
        <ActionButton
          action={() => (held === undefined ? run(show) : setHeld(undefined))}
        >
          {held === undefined ? "Show stored data" : "Hide"}
        </ActionButton>
        <ActionButton action={() => run(download)}>Download</ActionButton>
        <ActionButton
          kind="danger"
          action={() =>
            ask({
              title: "Delete your account?",
              text: "Your profile, linked accounts and devices are deleted immediately. This cannot be undone.",
              confirm: "Delete my account",
              typed: "delete",
              action: remove,
            })
          }
        >
          Delete my account
        </ActionButton>
      </div>
      {held !== undefined && (
        <pre tabIndex={0} aria-label="Stored data">
          {held}
        </pre>
      )}
    </Card>
  );
}
