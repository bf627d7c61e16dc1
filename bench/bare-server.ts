import "reflect-metadata";
import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  X509Certificate,
} from "node:crypto";
import Fastify from "fastify";
import { OAuth2Client } from "google-auth-library";
import jwt from "jsonwebtoken";
import pg from "pg";
import { v7 as uuidv7 } from "uuid";
import { RefreshTokens } from "../src/sessions/refresh-tokens";
import type { Session } from "../src/sessions/session-store.port";
import { userRotation } from "../src/sessions/postgres-session-rotation.statements";
import { serveBench } from "./child";

/**
 * A minimal server for comparison: Fastify, pg, google-auth-library and one
 * statement. Google's keys are parsed once and never refreshed, and it omits
 * what a real service needs: validation, claim checks, limits, logging. The
 * statement is sent as in pg's documentation or, with BENCH_PREPARED, prepared
 * like the service's, which is the fastest variant we know.
 */
const { DATABASE_URL, GOOGLE_CERTS_URL, GOOGLE_CLIENT_IDS } = process.env;
const clientIds = (GOOGLE_CLIENT_IDS ?? "").split(",");
const issuer = "http://localhost";

const signIn = `
WITH identity AS (
  INSERT INTO google_auth.identities (issuer, subject, user_id, claims, created_at, last_sign_in_at)
  VALUES ('https://accounts.google.com', $2, $1, $3, now(), now())
  ON CONFLICT (issuer, subject) DO UPDATE
    SET claims = EXCLUDED.claims, last_sign_in_at = EXCLUDED.last_sign_in_at
  RETURNING user_id
), account AS (
  INSERT INTO google_auth.users (id, email, email_verified, name, created_at, updated_at, last_sign_in_at)
  SELECT user_id, $4, $5, $6, now(), now(), now() FROM identity
  ON CONFLICT (id) DO UPDATE SET email = EXCLUDED.email, name = EXCLUDED.name,
    updated_at = now(), last_sign_in_at = now()
  RETURNING *
), session AS (
  INSERT INTO google_auth.sessions (id, user_id, client_id, identity_digest, salt,
    idle_expires_at, absolute_expires_at, proved_at, authenticated_at, created_at,
    last_used_at)
  SELECT $7, id, $8, $9, $9, now() + interval '30 days', now() + interval '90 days',
    now(), now(), now(), now()
  FROM account
)
SELECT * FROM account`;

/**
 * Refresh tokens are created and parsed like the service's, so their cost does
 * not count as overhead.
 */
const refreshTokens = new RefreshTokens({
  idleTtlSeconds: 2_592_000,
  maxTtlSeconds: 7_776_000,
  maxPerUser: 100,
  refreshGraceSeconds: 10,
  refreshLateRetries: 3,
  accessTokenTtlSeconds: 900,
  secretKey: "only for the bench: 3f0c2a9d8b7e6f5041",
  previousSecretKey: null,
});

async function main(): Promise<void> {
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = createPublicKey(privateKey);
  const google = new OAuth2Client();
  const certificates = (await (
    await fetch(GOOGLE_CERTS_URL ?? "")
  ).json()) as Record<string, string>;
  const keys: Record<string, KeyObject> = {};
  for (const [kid, pem] of Object.entries(certificates)) {
    keys[kid] = new X509Certificate(pem).publicKey;
  }

  const app = Fastify();
  app.post<{ Body: { idToken: string } }>("/auth/google", async (request) => {
    const ticket = await google.verifySignedJwtWithCertsAsync(
      request.body.idToken,
      keys as unknown as Record<string, string>,
      clientIds,
      ["https://accounts.google.com"],
    );
    const claims = ticket.getPayload();
    const [sessionId, salt] = [uuidv7(), randomBytes(32)];
    const { rows } = await pool.query<Record<string, unknown>>({
      name: process.env.BENCH_PREPARED ? "sign-in" : undefined,
      text: signIn,
      values: [
        uuidv7(),
        claims?.sub,
        JSON.stringify(claims),
        claims?.email,
        claims?.email_verified,
        claims?.name,
        sessionId,
        claims?.aud,
        salt,
      ],
    });
    const user = rows[0];
    const accessToken = jwt.sign(
      { sub: user?.id, sid: sessionId, jti: randomUUID(), roles: [] },
      privateKey,
      { algorithm: "ES256", issuer, audience: issuer, expiresIn: 900 },
    );
    const session = { id: sessionId, salt, generation: 1 };
    return { accessToken, user, refreshToken: refreshTokenOf(session) };
  });
  app.post<{ Body: { refreshToken: string } }>(
    "/auth/refresh",
    async (request) => {
      const token = refreshTokens.read(request.body.refreshToken);
      const { rows } = await pool.query<Record<string, unknown>>({
        name: process.env.BENCH_PREPARED ? "refresh" : undefined,
        text: userRotation.rotate,
        values: [
          token?.sessionId,
          token?.generation,
          token?.pepper,
          token?.proof,
          null,
          null,
          2_592_000,
          request.ip,
          request.headers["user-agent"],
        ],
      });
      const row = rows[0] as unknown as Session & { "user.roles": string[] };
      const accessToken = jwt.sign(
        {
          sub: row.userId,
          sid: row.id,
          jti: randomUUID(),
          roles: row["user.roles"],
        },
        privateKey,
        { algorithm: "ES256", issuer, audience: issuer, expiresIn: 900 },
      );
      return { accessToken, user: row, refreshToken: refreshTokenOf(row) };
    },
  );
  app.get("/bench/principal", (request) => {
    const token = (request.headers.authorization ?? "").slice(7);
    const claims = jwt.verify(token, publicKey, {
      algorithms: ["ES256"],
      issuer,
      audience: issuer,
    });
    return { userId: typeof claims === "object" ? claims.sub : undefined };
  });
  serveBench(await app.listen({ host: "127.0.0.1", port: 0 }));
}

function refreshTokenOf(
  session: Pick<Session, "id" | "salt" | "generation">,
): string {
  const ends = new Date(Date.now() + 2_592_000_000);
  const whole = {
    ...session,
    idleExpiresAt: ends,
    absoluteExpiresAt: ends,
    lastUsedAt: new Date(),
  };
  return refreshTokens.issue(whole as Session).token;
}

void main();
