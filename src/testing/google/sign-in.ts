import { type GoogleAccount, newAccount } from "./accounts";
import type { IdTokenOptions } from "./id-token.mint";

/** An application in which users sign in, such as a TestApp or TestService. */
export interface SignInSite {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The path of a route such as `/auth/google` in this application. */
  pathOf(route: string): string;
  setRoles(userId: string, roles: readonly string[]): Promise<void>;
}

/** Who signs in. All optional; by default a new account without roles. */
export interface SignInOptions extends Omit<IdTokenOptions, "account"> {
  /** Replaces members of a new account. */
  readonly account?: Partial<GoogleAccount>;
  /** The hosted domain of the account, and of its address. */
  readonly hd?: string;
  /** The roles that the user has in the application. */
  readonly roles?: readonly string[];
  /** The app's own fields of a new user. */
  readonly profile?: object;
}

/** A user who is signed in to an application. */
export interface SignedInUser {
  readonly user: { readonly id: string; readonly [member: string]: unknown };
  readonly account: GoogleAccount;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** A request with the access token. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: SignedInUser["user"];
}

/**
 * Signs a user in by HTTP, as a front end without cookies does.
 *
 * @param mint as `GoogleEmulator.idToken`
 * @throws Error with the response if the application refuses it
 */
export async function signInAt(
  site: SignInSite,
  { account: changes, hd, roles = [], profile, ...token }: SignInOptions,
  mint: (options: IdTokenOptions) => Promise<string>,
): Promise<SignedInUser> {
  const consumer = newAccount();
  const email = `${consumer.sub}@${hd}`;
  const account = { ...consumer, ...(hd && { hd, email }), ...changes };
  const idToken = await mint({ ...token, account });
  const post = async (route: string, body: object) => {
    const response = await site.fetch(site.pathOf(route), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as Tokens;
    throw new Error(`${route} responded ${response.status}: ${text}`);
  };
  let tokens = await post("/auth/google", { idToken, profile });
  if (roles.length > 0) {
    await site.setRoles(tokens.user.id, roles);
    const { refreshToken } = tokens;
    tokens = await post("/auth/refresh", { refreshToken });
  }
  const authorization = `Bearer ${tokens.accessToken}`;
  return {
    ...tokens,
    account,
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set("authorization", authorization);
      return site.fetch(path, { ...init, headers });
    },
  };
}
