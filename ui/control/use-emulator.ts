import { useEffect, useMemo, useState } from "preact/hooks";
import { Api, sentenceOf } from "../api";

interface Account {
  readonly sub: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly hd?: string;
  readonly name?: string;
}

/** The response of `GET /emulator/state`. */
export interface EmulatorState {
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

/** An error in Google's format. */
interface GoogleError {
  readonly error?: { readonly message?: string };
}

/** Calls the control API, then shows the result and the new state. */
export type Act = (
  method: string,
  path: string,
  body: object | undefined,
  success: string,
) => Promise<void>;

/** The properties of each card of the page. */
export interface Controlled {
  readonly state: EmulatorState;
  readonly act: Act;
}

/**
 * The emulator's state, polled every three seconds, and a function to change
 * it.
 */
export function useEmulator() {
  const api = useMemo(() => new Api(new URL(location.origin)), []);
  const [state, setState] = useState<EmulatorState>();
  const [said, setSaid] = useState<{ tone: "good" | "bad"; text: string }>();
  const load = async () => {
    const answer = await api.call("GET", "emulator/state");
    if (answer.status === 200) setState(answer.body as EmulatorState);
    else setSaid({ tone: "bad", text: sentenceOf(answer) });
  };
  useEffect(() => {
    void load();
    const timer = setInterval(() => void load(), 3000);
    return () => clearInterval(timer);
  }, []);
  const act: Act = async (method, path, body, success) => {
    const answer = await api.call(method, path, { body });
    const { error } = Object(answer.body) as GoogleError;
    setSaid(
      answer.status === 200
        ? { tone: "good", text: success }
        : { tone: "bad", text: error?.message ?? sentenceOf(answer) },
    );
    await load();
  };
  return { state, said, act };
}

/** A form's submit handler: `send` receives the non-empty fields. */
export function submitted(
  send: (fields: Record<string, string>) => Promise<void>,
) {
  return (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = Object.fromEntries(
      [...new FormData(form)].filter(([, value]) => value !== ""),
    ) as Record<string, string>;
    void send(fields);
  };
}
