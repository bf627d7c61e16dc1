import { useState } from "preact/hooks";
import { jsonRequest } from "../page-client";
import { apiBase } from "../page-settings";
import { claimsOf } from "./claims";
import { type DemoSession, google } from "./use-demo-session";

interface Answer {
  readonly status: number;
  /** The error's code. */
  readonly code?: string;
  /** Of `POST /demo/old-refresh-token`. */
  readonly attempts?: readonly { status: number; code?: string }[];
}

/**
 * Tries concurrent refreshes, stolen and forged tokens, and Google's security
 * events on the session.
 */
export function useAttacks(session: DemoSession) {
  const { client, withoutClient, idToken, say, guarded } = session;
  const [isHijacked, setHijacked] = useState(false);
  /** Bypasses the client, which would not send such requests. */
  const post = async (
    path: string,
    body?: object,
    base: string | URL = apiBase,
  ): Promise<Answer> => {
    const url = new URL(path, base);
    try {
      const response = await withoutClient(url, jsonRequest("POST", body));
      const { status } = response;
      return { ...((await response.json()) as Answer), status };
    } catch {
      return { status: 0 };
    }
  };
  const fiveTabs = async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post("auth/refresh")),
    );
    const good = answers.filter(({ status }) => status === 200);
    say(
      good.length === 5 ? "good" : "bad",
      `${good.length} of 5 tabs got tokens concurrently, with the same cookie. Still one session.`,
    );
  };
  const oldToken = async () => {
    const { attempts } = await post("demo/old-refresh-token");
    if (!attempts) return say("bad", "Sign in first.");
    const last = attempts.at(-1);
    await client.refresh().catch(() => null);
    say(
      "bad",
      `A copied refresh token was used after it had been replaced twice: ${last?.status} ${last?.code}. The session was ended, for the attacker and for you.`,
    );
  };
  const tampered = async () => {
    if (!idToken) return;
    const [header, , signature] = idToken.split(".");
    const claims = { ...claimsOf(idToken), sub: "1", email: "root@gmail.com" };
    const payload = btoa(JSON.stringify(claims))
      .replaceAll("=", "")
      .replaceAll("+", "-")
      .replaceAll("/", "_");
    const { status, code = "" } = await post("auth/google", {
      idToken: [header, payload, signature].join("."),
    });
    say(
      status === 401 ? "good" : "bad",
      `Changed subject with the old signature: ${status} ${code}.`,
    );
  };
  const report = async (type: string, reason?: string) => {
    const sub = idToken && claimsOf(idToken).sub;
    const to = new URL("security-events", apiBase).href;
    const event = { account: { sub }, type, ...(reason && { reason }), to };
    const { status } = await post("emulator/security-events", event, google);
    if (status !== 200) {
      return say("bad", `The emulator responded with ${status || "nothing"}.`);
    }
    setHijacked(type === "account-disabled");
    if (type === "account-disabled") await guarded();
    else
      say(
        "good",
        "Google reports that the account is secure again: it can sign in.",
      );
  };

  return { fiveTabs, oldToken, tampered, report, isHijacked };
}
