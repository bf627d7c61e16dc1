import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { type Answer, Api, sentenceOf } from "./api";
import { ActionButton, Card, Chip, Facts, Notice } from "./components";
import { Claims, claimsOf } from "./demo/claims";

interface Account {
  readonly sub: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly hd?: string;
  readonly name?: string;
}

interface State {
  readonly clientIds: readonly string[];
  readonly accounts: readonly { name: string; account: Account }[];
  readonly idTokens: readonly string[];
  readonly faults: Readonly<Record<string, object>>;
  readonly paths: readonly string[];
  readonly keys: {
    current: string;
    next: string;
    published: readonly string[];
  };
  readonly deliveries: readonly {
    type: string;
    url: string;
    attempts: readonly { status?: number | null }[];
  }[];
  readonly requests: readonly {
    method: string;
    path: string;
    receivedAt: string;
  }[];
}

const faultKinds: Readonly<Record<string, object>> = {
  "500": { status: 500 },
  "503, three times": { status: 503, times: 3 },
  "5 seconds late": { latencyMs: 5000 },
  "never answers": { hang: true },
  "connection reset": { reset: true },
  "a web page": { html: true },
  "cut in half": { truncated: true },
};

const eventTypes = [
  "sessions-revoked",
  "tokens-revoked",
  "account-disabled",
  "account-enabled",
  "account-credential-change-required",
  "verification",
];

function Control() {
  const api = useMemo(() => new Api(new URL(location.origin)), []);
  const [state, setState] = useState<State>();
  const [said, setSaid] = useState<{ tone: "good" | "bad"; text: string }>();
  const load = async () => {
    const answer = await api.call("GET", "emulator/state");
    if (answer.status === 200) setState(answer.body);
    else setSaid({ tone: "bad", text: sentenceOf(answer) });
  };
  useEffect(() => {
    void load();
    const timer = setInterval(() => void load(), 3000);
    return () => clearInterval(timer);
  }, []);
  const act = async (
    method: string,
    path: string,
    body: object | undefined,
    success: string,
  ) => {
    const answer: Answer = await api.call(method, path, { body });
    setSaid(
      answer.status === 200
        ? { tone: "good", text: success }
        : {
            tone: "bad",
            text: answer.body?.error?.message ?? sentenceOf(answer),
          },
    );
    await load();
  };
  const submitted =
    (send: (fields: Record<string, string>) => Promise<void>) =>
    (event: SubmitEvent) => {
      event.preventDefault();
      const form = event.currentTarget as HTMLFormElement;
      const fields = Object.fromEntries(
        [...new FormData(form)].filter(([, value]) => value !== ""),
      ) as Record<string, string>;
      void send(fields);
    };
  if (!state)
    return <main>{said && <Notice tone="bad">{said.text}</Notice>}</main>;
  const [newest] = state.idTokens;
  return (
    <>
      <header class="bar">
        <h1>Google emulator</h1>
        <code class="end muted cut">{location.origin}</code>
      </header>
      <main class="wide">
        {said && <Notice tone={said.tone}>{said.text}</Notice>}
        <div class="columns">
          <div class="stack">
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
                    "The chooser lists the account now.",
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
                  <input
                    name="sub"
                    pattern="\d{1,30}"
                    placeholder="a new one"
                  />
                </label>
                <label class="row">
                  <input name="unverified" type="checkbox" /> Address not
                  verified
                </label>
                <button>Add or change</button>
              </form>
            </Card>
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
                        <Chip
                          key={attempt}
                          tone={status === 202 ? "good" : "bad"}
                        >
                          {status ?? "no answer"}
                        </Chip>
                      ))}
                    </li>
                  ))}
              </ul>
            </Card>
            <div class="halves">
              <Card title="Keys">
                <Facts
                  of={[
                    ["signs", <code>{state.keys.current}</code>],
                    ["next", <code>{state.keys.next}</code>],
                    ["published", String(state.keys.published.length)],
                  ]}
                />
                <div class="row">
                  <ActionButton
                    action={() =>
                      act(
                        "POST",
                        "emulator/keys/rotate",
                        {},
                        "The next key signs.",
                      )
                    }
                  >
                    Rotate
                  </ActionButton>
                  <ActionButton
                    action={() =>
                      act(
                        "POST",
                        "emulator/keys/rotate",
                        { unannounced: true },
                        "A key signs that nobody knew.",
                      )
                    }
                  >
                    Rotate unannounced
                  </ActionButton>
                </div>
              </Card>
              <Card title="Faults">
                <form
                  class="stack"
                  onSubmit={submitted(({ path, kind }) =>
                    act(
                      "POST",
                      "emulator/faults",
                      { path, ...faultKinds[kind ?? ""] },
                      "The endpoint fails now.",
                    ),
                  )}
                >
                  <label>
                    Endpoint
                    <select name="path">
                      {state.paths.map((path) => (
                        <option key={path}>{path}</option>
                      ))}
                    </select>
                  </label>
                  <label>
                    Fault
                    <select name="kind">
                      {Object.keys(faultKinds).map((kind) => (
                        <option key={kind}>{kind}</option>
                      ))}
                    </select>
                  </label>
                  <div class="row">
                    <button>Set</button>
                    <ActionButton
                      disabled={Object.keys(state.faults).length === 0}
                      action={() =>
                        act(
                          "DELETE",
                          "emulator/faults",
                          undefined,
                          "All is well.",
                        )
                      }
                    >
                      Clear all
                    </ActionButton>
                  </div>
                </form>
                {Object.entries(state.faults).map(([path, fault]) => (
                  <code key={path} class="cut">
                    {path} {JSON.stringify(fault)}
                  </code>
                ))}
              </Card>
            </div>
          </div>
          <div class="stack">
            {newest && <Claims title="The newest ID token" token={newest} />}
            <Card
              title="ID tokens"
              aside={<Chip>{state.idTokens.length}</Chip>}
            >
              <div
                class="scroll"
                tabIndex={0}
                role="group"
                aria-label="ID tokens"
              >
                {state.idTokens.map((token) => (
                  <details key={token}>
                    <summary>
                      <code class="cut">
                        {String(claimsOf(token).email ?? claimsOf(token).sub)}
                      </code>
                    </summary>
                    <pre tabIndex={0}>{token}</pre>
                  </details>
                ))}
              </div>
            </Card>
            <Card title="Log" aside={<Chip tone="good">live</Chip>}>
              <div class="scroll" tabIndex={0} role="group" aria-label="Log">
                <ul class="list">
                  {[...state.requests]
                    .reverse()
                    .map(({ method, path, receivedAt }, index) => (
                      <li key={index} class="small">
                        <code class="cut">
                          {method} {path}
                        </code>
                        <time class="muted numbers" dateTime={receivedAt}>
                          {new Date(receivedAt).toLocaleTimeString()}
                        </time>
                      </li>
                    ))}
                </ul>
              </div>
            </Card>
          </div>
        </div>
      </main>
    </>
  );
}

const place = document.getElementById("app");
if (place) {
  place.replaceChildren();
  render(<Control />, place);
}
