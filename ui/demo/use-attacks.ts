import { useState } from "preact/hooks";
import { sentenceOf } from "../api";
import { apiBase } from "../page-settings";
import { claimsOf } from "./claims";
import type { DemoSession, SignedIn } from "./use-demo-session";

/** The response of `POST /demo/old-refresh-token`. */
interface OldTokenAttempts {
  readonly attempts: readonly { status: number; code?: string }[];
}

/**
 * Tries concurrent refreshes, stolen and forged tokens, and Google's security
 * events on the session.
 */
export function useAttacks(session: DemoSession) {
  const { api, emulator, idToken, say, take, leave, guarded } = session;
  const [isHijacked, setHijacked] = useState(false);
  const fiveTabs = async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api.call("POST", "auth/refresh")),
    );
    const good = answers.filter(({ status }) => status === 200);
    const last = answers.find(({ status }) => status !== 200) ?? answers[0];
    if (!last) return;
    if (good[0]) api.accessToken = (good[0].body as SignedIn).accessToken;
    take(
      last,
      `${good.length} of 5 tabs got tokens concurrently, with the same cookie. Still one session.`,
    );
  };
  const oldToken = async () => {
    const answer = await api.call("POST", "demo/old-refresh-token");
    if (answer.status !== 200) return say("bad", "Sign in first.");
    const { attempts } = answer.body as OldTokenAttempts;
    const last = attempts.at(-1);
    leave();
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
    const answer = await api.call("POST", "auth/google", {
      body: { idToken: [header, payload, signature].join(".") },
    });
    const { code = "" } = Object(answer.body) as { code?: string };
    say(
      answer.status === 401 ? "good" : "bad",
      `Changed subject with the old signature: ${answer.status} ${code}.`,
    );
  };
  const report = async (type: string, reason?: string) => {
    if (!emulator) return;
    const sub = idToken && claimsOf(idToken).sub;
    const to = new URL("security-events", apiBase).href;
    const answer = await emulator.call("POST", "emulator/security-events", {
      body: { account: { sub }, type, ...(reason && { reason }), to },
    });
    if (answer.status !== 200) return say("bad", sentenceOf(answer));
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
