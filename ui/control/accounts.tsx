import { Card, Chip } from "../components";
import { type Controlled, submitted } from "./use-emulator";

/** The accounts that the chooser lists, and a form that adds or changes one. */
export function Accounts({ state, act }: Controlled) {
  return (
    <Card title="Accounts">
      <ul class="list">
        {state.accounts.map(({ name, account }) => (
          <li key={name} class="small">
            <span class="grow cut">
              {account.name ?? name}{" "}
              <span class="muted">{account.email ?? "no address"}</span>
            </span>
            {account.hd && <Chip>{account.hd}</Chip>}
            {account.email && !account.emailVerified && (
              <Chip tone="bad">unverified</Chip>
            )}
            <code class="muted cut">{account.sub}</code>
          </li>
        ))}
      </ul>
      <form
        class="halves"
        onSubmit={submitted(({ unverified, ...account }) =>
          act(
            "POST",
            "emulator/accounts",
            { ...account, emailVerified: unverified === undefined },
            "The account is now listed in the chooser.",
          ),
        )}
      >
        <label>
          Name
          <input name="name" />
        </label>
        <label>
          Address
          <input name="email" type="email" />
        </label>
        <label>
          Hosted domain (hd)
          <input name="hd" placeholder="none" />
        </label>
        <label>
          Subject, to change an account
          <input name="sub" pattern="\d{1,30}" placeholder="random" />
        </label>
        <label class="row">
          <input name="unverified" type="checkbox" /> Address not verified
        </label>
        <button>Add or change</button>
      </form>
    </Card>
  );
}
