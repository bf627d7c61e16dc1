import type { GoogleEmulator } from "../../src/testing/google/emulator";
import {
  type GoogleAccount,
  newAccount,
} from "../../src/testing/google/accounts";
import {
  type Answer,
  answerOf,
  postJson,
  type Site,
  type UserBody,
} from "./requests";

/**
 * A request with an access token. A string body is sent unchanged, another one
 * as JSON.
 */
export async function call(
  service: Site,
  method: string,
  path: string,
  accessToken?: string,
  body?: unknown,
): Promise<Answer> {
  return answerOf(
    await service.fetch(path, {
      method,
      headers: {
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  );
}

/** A user who has just signed in. */
export interface Person extends Answer {
  readonly account: GoogleAccount;
  readonly id: string;
  readonly user: UserBody;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
}

/**
 * Signs an account in, by default a new one, with optional other fields in the
 * body.
 */
export async function person(
  service: Site,
  google: GoogleEmulator,
  account = newAccount(),
  body: object = {},
): Promise<Person> {
  const idToken = await google.idToken({ account });
  const answer = await postJson(service, "/auth/google", { idToken, ...body });
  const user = answer.body.user as UserBody;
  return {
    ...answer,
    account,
    id: user?.id,
    user,
    accessToken: String(answer.body.accessToken),
    refreshToken: String(answer.body.refreshToken),
    sessionId: String(answer.body.sessionId),
  };
}

/** The status and the code of a refusal, and the fields that it names. */
export function refusal({ status, body }: Answer): unknown[] {
  const errors = body.errors as { field: string }[] | undefined;
  return [status, body.code, ...(errors ?? []).map(({ field }) => field)];
}

/** The claims of an access token. */
export function claimsOf(accessToken: string): Record<string, unknown> {
  const payload = accessToken.split(".")[1] ?? "";
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<
    string,
    unknown
  >;
}
