import { render } from "preact";
import { Devices } from "./account/devices";
import { LinkedAccounts } from "./account/linked-accounts";
import { OwnData } from "./account/own-data";
import { Avatar, Card, Chip, Facts, Time } from "./components";
import type { User } from "../src/client";
import { SignedInPage } from "./session";

function Profile({ user }: { user: User }) {
  return (
    <Card
      title="Profile"
      aside={user.roles.map((role) => (
        <Chip key={role}>{role}</Chip>
      ))}
    >
      <div class="row">
        <Avatar name={user.name ?? "?"} />
        <div>
          <strong>{user.name ?? "No name"}</strong>
          <div class="muted small cut">{user.email ?? "No address"}</div>
        </div>
      </div>
      <Facts
        of={[
          ["Member since", <Time at={user.createdAt} />],
          ["Last sign-in", <Time at={user.lastSignInAt} />],
        ]}
      />
      <p class="muted small">Name and address come from Google.</p>
    </Card>
  );
}

const place = document.getElementById("app");
if (place) {
  place.replaceChildren();
  render(
    <SignedInPage title="Your account">
      {(signed) => (
        <>
          <Profile user={signed.user} />
          <Devices {...signed} />
          <LinkedAccounts {...signed} />
          <OwnData {...signed} />
        </>
      )}
    </SignedInPage>,
    place,
  );
}
