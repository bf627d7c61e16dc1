import { render } from "preact";
import { useState } from "preact/hooks";
import { AuditLog } from "./admin/audit-log";
import { Overview } from "./admin/overview";
import { Users } from "./admin/users";
import { Card, Notice } from "./components";
import { type Signed, SignedInPage } from "./session";

const sections = ["Overview", "Users", "Audit"] as const;

function Admin(signed: Signed) {
  const [section, setSection] = useState<(typeof sections)[number]>("Overview");
  if (!signed.user.roles.includes("admin")) {
    return (
      <Card title="Access denied">
        <Notice tone="bad">
          This page is for administrators. You are signed in as{" "}
          {signed.user.email ?? signed.user.id}.
        </Notice>
      </Card>
    );
  }
  return (
    <>
      <nav class="tabs" aria-label="Sections">
        {sections.map((name) => (
          <button
            key={name}
            type="button"
            aria-current={section === name ? "page" : undefined}
            onClick={() => setSection(name)}
          >
            {name}
          </button>
        ))}
      </nav>
      {section === "Overview" && <Overview {...signed} />}
      {section === "Users" && <Users {...signed} />}
      {section === "Audit" && <AuditLog {...signed} />}
    </>
  );
}

const place = document.getElementById("app");
if (place) {
  place.replaceChildren();
  render(
    <SignedInPage title="Administration">
      {(signed) => <Admin {...signed} />}
    </SignedInPage>,
    place,
  );
}
