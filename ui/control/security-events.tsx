import { Card, Chip } from "../components";
import { type Controlled, submitted } from "./use-emulator";

const eventTypes = [
  "sessions-revoked",
  "tokens-revoked",
  "account-disabled",
  "account-enabled",
  "account-credential-change-required",
  "verification",
];

/** Sends a security event to a receiver, and lists the deliveries. */
export function SecurityEvents({ state, act }: Controlled) {
  return (
    <Card title="Security events">
      <form
        class="row"
        onSubmit={submitted((fields) =>
          act(
            "POST",
            "emulator/security-events",
            {
              ...(fields.type !== "verification" && {
                account: { sub: fields.sub },
              }),
              ...{ type: fields.type, to: fields.to },
            },
            "Sent; see the deliveries.",
          ),
        )}
      >
        <label class="grow">
          Account
          <select name="sub">
            {state.accounts.map(({ name, account }) => (
              <option key={name} value={account.sub}>
                {account.email ?? account.name ?? name}
              </option>
            ))}
          </select>
        </label>
        <label class="grow">
          Event
          <select name="type">
            {eventTypes.map((type) => (
              <option key={type}>{type}</option>
            ))}
          </select>
        </label>
        <label class="grow">
          Receiver
          <input
            name="to"
            type="url"
            required
            defaultValue="http://localhost:3000/security-events"
          />
        </label>
        <button>Send</button>
      </form>
      <ul class="list">
        {[...state.deliveries]
          .reverse()
          .map(({ type, url, attempts }, index) => (
            <li key={index} class="small">
              <code>{type.split("/").at(-1)}</code>
              <span class="grow muted cut">{url}</span>
              {attempts.map(({ status }, attempt) => (
                <Chip key={attempt} tone={status === 202 ? "good" : "bad"}>
                  {status ?? "no response"}
                </Chip>
              ))}
            </li>
          ))}
      </ul>
    </Card>
  );
}
