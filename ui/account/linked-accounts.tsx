import { useEffect, useState } from "preact/hooks";
import type { GoogleCredential } from "../../src/client";
import { ActionButton, Card, Time } from "../components";
import { GoogleButton } from "../google-button";
import type { Schema } from "../page-client";
import type { Signed } from "../session";

/** The accounts that the user can sign in with. */
export function LinkedAccounts({ client, send, run, ask }: Signed) {
  const [identities, setIdentities] = useState<
    readonly Schema<"IdentityDto">[]
  >([]);
  const [isLinking, setLinking] = useState(false);
  const load = async () => {
    const path = "/users/me/identities";
    setIdentities((await send<Schema<"IdentitiesDto">>("GET", path)).items);
  };
  useEffect(() => void run(load), []);
  const link = (credential: GoogleCredential) => {
    setLinking(false);
    return run(async () => {
      await send("POST", "/users/me/identities", credential);
      await load();
    }, "You can now sign in with either account.");
  };
  const unlink = ({ id }: Schema<"IdentityDto">) =>
    run(async () => {
      await send("DELETE", `/users/me/identities/${id}`);
      await load();
    }, "The account is unlinked.");
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
        {identities.map((identity) => (
          <li key={identity.id}>
            <div class="grow">
              <span class="cut">{identity.email ?? "No address"}</span>
              <div class="muted small cut">
                {identity.issuer.replace(
                  "https://accounts.google.com",
                  "Google",
                )}{" "}
                · since <Time at={identity.createdAt} />
              </div>
            </div>
            {identities.length > 1 && (
              <ActionButton
                kind="danger"
                action={() =>
                  ask({
                    title: "Unlink this account?",
                    text: `You will no longer be able to sign in with ${identity.email ?? "it"}.`,
                    confirm: "Unlink",
                    action: () => unlink(identity),
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
        <GoogleButton client={client} text="continue_with" use={link} />
      )}
    </Card>
  );
}
