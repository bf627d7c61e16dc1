import {
  type GoogleAccount,
  newAccount,
} from "../../src/testing/google/accounts";
import type { IdTokenOptions } from "../../src/testing/google/id-token.mint";
import { answerOf, getWithToken, type UserBody } from "../support/requests";
import { query } from "../support/rows";
import { type Attack, secretsOf, tokenAttack } from "./hostile-case";
import { expectNothingOf, sendInTime } from "./invariants";
import type { Target } from "./target";
import { withClaimsText } from "./token-forgery";

/** The rows that a sign-in writes, without ids and times. */
export interface Stored {
  readonly subject: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly emailAuthority: string;
  readonly hostedDomain: string | null;
  readonly name: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly picture: string | null;
  readonly locale: string | null;
  readonly clientId: string;
  readonly authorizedParty: string;
}

/** One unusual but valid input: a new account signs in. */
export interface AdmittedCase {
  readonly id: string;
  readonly name: string;
  /** Differences of the account from a new consumer account. */
  readonly account?: Partial<GoogleAccount>;
  /** Differences of the token from Google's usual one. */
  readonly options?: (target: Target) => IdTokenOptions;
  /** Edits the JSON text of the claims. */
  readonly edit?: (json: string) => string;
  /** How the token is sent; as JSON by default. */
  readonly send?: (target: Target, idToken: string) => Attack["send"];
  /** Stored values that differ from the account and the options. */
  readonly stored?: (target: Target) => Partial<Stored>;
}

/** The title of a test of such a case. */
export const admittedTitle = "$id $name signs a new user in";

/**
 * Signs a new account in and checks the whole response, /users/me, and every
 * new row: one user, one identity, one session, nothing else.
 */
export async function expectAdmitted(
  target: Target,
  given: AdmittedCase,
): Promise<UserBody> {
  const { google, service, trap } = target;
  const account = newAccount(given.account);
  const options = { account, ...given.options?.(target) };
  const idToken = given.edit
    ? await withClaimsText(google, given.edit, options)
    : await google.idToken(options);
  const stored: Stored = {
    ...storedOf(account),
    clientId: google.clientIds[0],
    authorizedParty: google.clientIds[0],
    ...given.stored?.(target),
  };
  const before = await tableSizes(target);
  const firstLine = service.logLines.length;
  const send =
    given.send?.(target, idToken) ?? tokenAttack(target, idToken).send;
  const reply = await sendInTime(target, { send, secrets: [] });
  const { status, headers, body } = await answerOf(
    new Response(reply.text, reply),
  );
  expect([status, body.code, body.reason]).toEqual([200, undefined, undefined]);
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  const user = body.user as UserBody;
  const { subject, clientId, authorizedParty, ...shown } = stored;
  expect(user).toEqual({
    ...shown,
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    roles: [],
    status: "active",
    profile: {},
    createdAt: expect.stringMatching(/Z$/) as string,
    lastSignInAt: user.createdAt,
  });
  expect(body.isNewUser).toBe(true);
  const me = await getWithToken(service, "/users/me", String(body.accessToken));
  expect(me.body).toEqual(user);
  expect(await tableSizes(target)).toEqual(before.map((size) => size + 1));
  expect(await rowsOf(target, user.id)).toEqual({
    ...shown,
    identities: [
      {
        issuer: "https://accounts.google.com",
        subject,
        // Other claims of the token are not stored.
        claims: {
          ...shown,
          clientId,
          authorizedParty,
          issuedAt: expect.any(Number) as number,
        },
      },
    ],
    sessions: [{ id: body.sessionId, clientId, ip: "127.0.0.1" }],
  });
  expect(await target.knownUserEnters()).toBe(true);
  const log = service.logLines.slice(firstLine).join("\n");
  const issued = [String(body.accessToken), String(body.refreshToken)];
  expectNothingOf([...issued, ...secretsOf(idToken)], log);
  expect(trap.connections).toBe(0);
  return user;
}

function storedOf(
  account: GoogleAccount,
): Omit<Stored, "clientId" | "authorizedParty"> {
  return {
    subject: account.sub,
    email: account.email ?? null,
    emailVerified: account.emailVerified ?? false,
    emailAuthority: "authoritative",
    hostedDomain: account.hd ?? null,
    name: account.name ?? null,
    givenName: account.givenName ?? null,
    familyName: account.familyName ?? null,
    picture: account.picture ?? null,
    locale: null,
  };
}

async function tableSizes({ service }: Target): Promise<number[]> {
  const rows = await query<{ size: number }>(
    service,
    ["users", "identities", "sessions"]
      .map((table) => `SELECT count(*)::int AS size FROM google_auth.${table}`)
      .join(" UNION ALL "),
  );
  return rows.map(({ size }) => size);
}

/** A user's rows, without ids and times. */
async function rowsOf({ service }: Target, userId: string): Promise<unknown> {
  const [row] = await query<{ row: unknown }>(
    service,
    `SELECT json_build_object('email', email, 'emailVerified', email_verified,
      'emailAuthority', email_authority, 'hostedDomain', hosted_domain,
      'name', name, 'givenName', given_name, 'familyName', family_name,
      'picture', picture, 'locale', locale,
      'identities', (SELECT json_agg(json_build_object('issuer', issuer,
        'subject', subject, 'claims', claims))
        FROM google_auth.identities WHERE user_id = users.id),
      'sessions', (SELECT json_agg(json_build_object('id', id,
        'clientId', client_id, 'ip', host(ip)))
        FROM google_auth.sessions WHERE user_id = users.id)) AS row
    FROM google_auth.users WHERE id = $1`,
    [userId],
  );
  return row?.row;
}
