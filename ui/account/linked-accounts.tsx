import { useEffect, useState } from "preact/hooks";
import type { GoogleCredential } from "../../src/client";
import { ActionButton, Card, Time } from "../components";
import { GoogleButton } from "../google-button";
import type { Schema } from "../page-client";
import type { Signed } from "../session";

/** The accounts that sign the user in. */
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
    }, "Both accounts sign you in now.");
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
          {isLinking ? "Cancel" : "Link another"}
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
                    text: `${identity.email ?? "It"} will not sign you in any more.`,
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
