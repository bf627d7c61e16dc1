import { useEffect, useState } from "preact/hooks";
import { jsonRequest } from "../page-client";

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

/**
 * Calls the emulator's control API.
 *
 * @throws Error with a sentence for the user
 */
async function control<Answer>(
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const url = new URL(path, location.origin);
  const response = await fetch(url, jsonRequest(method, body)).catch(() => {
    throw new Error("The emulator cannot be reached.");
  });
  // Errors are in Google's format.
  const answer = (await response.json().catch(() => ({}))) as {
    readonly error?: { readonly message?: string };
  };
  if (response.ok) return answer as Answer;
  const { message = `The emulator responded with ${response.status}.` } =
    answer.error ?? {};
  throw new Error(message);
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
  const [state, setState] = useState<EmulatorState>();
  const [said, setSaid] = useState<{ tone: "good" | "bad"; text: string }>();
  const load = async () => {
    try {
      setState(await control<EmulatorState>("GET", "emulator/state"));
    } catch (error) {
      setSaid({ tone: "bad", text: (error as Error).message });
    }
  };
  useEffect(() => {
    void load();
    const timer = setInterval(() => void load(), 3000);
    return () => clearInterval(timer);
  }, []);
  const act: Act = async (method, path, body, success) => {
    try {
      await control(method, path, body);
      setSaid({ tone: "good", text: success });
    } catch (error) {
      setSaid({ tone: "bad", text: (error as Error).message });
    }
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
