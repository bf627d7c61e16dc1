import type { TestService } from "../../src/testing/test-service";

/** The service, or another application with HTTP routes. */
export type Site = Pick<TestService, "fetch">;

/** A response with its body. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** The user in the response to a sign-in or to /users/me. */
export interface UserBody {
  readonly id: string;
  readonly email: string | null;
  readonly [member: string]: unknown;
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
}

export async function postJson(
  service: Site,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return answerOf(
    await service.fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    }),
  );
}

export async function postForm(
  service: Site,
  path: string,
  fields: Record<string, string> | [string, string][],
): Promise<Answer> {
  return answerOf(
    await service.fetch(path, {
      method: "POST",
      body: new URLSearchParams(fields),
    }),
  );
}

/** Signs in; `signedIn.user` is the user in the response. */
export async function signIn(
  service: Site,
  idToken: string,
): Promise<Answer & { readonly user: UserBody; readonly accessToken: string }> {
  const answer = await postJson(service, "/auth/google", { idToken });
  return {
    ...answer,
    user: answer.body.user as UserBody,
    accessToken: String(answer.body.accessToken),
  };
}

export async function getWithToken(
  service: Site,
  path: string,
  token?: string,
): Promise<Answer> {
  return answerOf(
    await service.fetch(path, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    }),
  );
}
