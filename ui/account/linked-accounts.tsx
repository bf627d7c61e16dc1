import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../api";
import { ActionButton, Card, Time } from "../components";
import { GoogleButton, type GoogleCredential } from "../google-button";
import type { Signed } from "../session";

interface Identity {
  readonly id: string;
  readonly issuer: string;
  readonly email: string | null;
  readonly createdAt: string;
}

/** The accounts that the user can sign in with. */
export function LinkedAccounts({ api, tell, ask, prove }: Signed) {
  const [identities, setIdentities] = useState<readonly Identity[]>([]);
  const [isLinking, setLinking] = useState(false);
  const load = async () => {
    const answer = await api.authorized("GET", "users/me/identities");
    if (answer.status === 200) setIdentities(answer.body.items);
    else tell(answer);
  };
  useEffect(() => void load(), []);
  /** Runs an action, after reauthentication if the sign-in is too long ago. */
  const recently = async (run: () => Promise<Answer>, success: string) => {
    const answer = await run();
    if (answer.body?.code === "reauthentication_required") {
      prove(() => recently(run, success));
    } else {
      tell(answer, success);
      await load();
    }
  };
  const link = async (credential: GoogleCredential) => {
    setLinking(false);
    await recently(
      () => api.authorized("POST", "users/me/identities", { body: credential }),
      "You can now sign in with either account.",
    );
  };
  return (
    <Card
      title="Linked accounts"
      aside={
        <ActionButton action={() => setLinking(!isLinking)}>
          {isLinking ? "Cancel" : "Link another account"}
        </ActionButton>
      }
    >
      <ul class="list">
        {identities.map(({ id, issuer, email, createdAt }) => (
          <li key={id}>
            <div class="grow">
              <span class="cut">{email ?? "No address"}</span>
              <div class="muted small cut">
                {issuer.replace("https://accounts.google.com", "Google")} ·
                since <Time at={createdAt} />
              </div>
            </div>
            {identities.length > 1 && (
              <ActionButton
                kind="danger"
                action={() =>
                  ask({
                    title: "Unlink this account?",
                    text: `You will no longer be able to sign in with ${email ?? "it"}.`,
                    confirm: "Unlink",
                    action: () =>
                      recently(
                        () =>
                          api.authorized("DELETE", `users/me/identities/${id}`),
                        "The account is unlinked.",
                      ),
                  })
                }
              >
                Unlink
              </ActionButton>
            )}
          </li>
        ))}
      </ul>
      {isLinking && (
        <GoogleButton
          api={api}
          text="continue_with"
          done={(credential) => void link(credential)}
        />
      )}
    </Card>
  );
}
