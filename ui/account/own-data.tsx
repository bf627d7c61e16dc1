import { useState } from "preact/hooks";
import { ActionButton, Card } from "../components";
import type { Signed } from "../session";

/** The stored data of the user: view, download and delete. */
export function OwnData({ api, user, tell, ask, prove, leave }: Signed) {
  const [held, setHeld] = useState<string>();
  const load = async () => {
    const answer = await api.authorized("GET", "users/me/export");
    return tell(answer) ? JSON.stringify(answer.body, null, 2) : undefined;
  };
  const download = async () => {
    const text = await load();
    if (text === undefined) return;
    const url = URL.createObjectURL(
      new Blob([text], { type: "application/json" }),
    );
    Object.assign(document.createElement("a"), {
      href: url,
      download: `account-${user.id}.json`,
    }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  const remove = async () => {
    const answer = await api.authorized("DELETE", "users/me");
    if (answer.body?.code === "reauthentication_required") prove(remove);
    else if (tell(answer)) leave("Your account is deleted.");
  };
  return (
    <Card title="Your data">
      <p class="muted small">
        We store your profile, your linked accounts, your devices with IP
        address and browser, and the security log of your account.
      </p>
      <div class="row">
        <ActionButton
          action={async () =>
            setHeld(held === undefined ? await load() : undefined)
          }
        >
          {held === undefined ? "Show stored data" : "Hide"}
        </ActionButton>
        <ActionButton action={download}>Download</ActionButton>
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
