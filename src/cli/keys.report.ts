import {
  jwksMaxAgeSeconds,
  type PublishedKey,
  type RemovalOutcome,
  reloadIntervalSeconds,
  type RotationOutcome,
  type StoredKey,
} from "../index";

/** A key as the command line shows it; times as ISO 8601 in UTC, null where there is none. */
export interface ReportedKey {
  readonly kid: string;
  readonly state: "current" | "next" | "previous" | "expired";
  readonly algorithm: string;
  readonly publishedSince: string | null;
  readonly signsSince: string | null;
  readonly believedUntil: string | null;
}

/** What a command has to say; a refusal makes it fail. */
export interface Report {
  readonly refused: boolean;
  readonly text: string;
}

/** Whoever gets a key set that is older believes a removed key no longer than this, in seconds. */
const farewellSeconds = reloadIntervalSeconds + jwksMaxAgeSeconds;

/** @param now milliseconds since 1970 */
export function storedKeyReport(key: StoredKey, now: number): ReportedKey {
  const { kid, algorithm, state, createdAt, notBefore, expiresAt } = key;
  return {
    kid,
    state: expiresAt && expiresAt.getTime() <= now ? "expired" : state,
    algorithm,
    publishedSince: createdAt.toISOString(),
    signsSince: notBefore?.toISOString() ?? null,
    believedUntil: expiresAt?.toISOString() ?? null,
  };
}

/** A key from the environment: all that is known of it is what it does. */
export function configuredKeyReport(
  { kid, alg }: PublishedKey,
  signs: boolean,
): ReportedKey {
  return {
    kid,
    state: signs ? "current" : "previous",
    algorithm: alg,
    publishedSince: null,
    signsSince: null,
    believedUntil: null,
  };
}

/** A table for people. */
export function keyTable(keys: readonly ReportedKey[]): string {
  const rows = [
    ["KID", "STATE", "ALG", "PUBLISHED SINCE", "SIGNS SINCE", "BELIEVED UNTIL"],
    ...keys.map((key) => [
      ...[key.kid, key.state, key.algorithm],
      ...[key.publishedSince, key.signsSince, key.believedUntil].map(
        (time) => time ?? "-",
      ),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** @param now milliseconds since 1970 */
export function rotationReport(outcome: RotationOutcome, now: number): Report {
  switch (outcome.kind) {
    case "rotated":
      return done(
        `Key ${outcome.kid} signs from now on, within ${reloadIntervalSeconds} s on every instance. Key ${outcome.previousKid} is believed until its tokens have ended.`,
      );
    case "rotated-before":
      return isPlausible(outcome.since, now)
        ? done(
            `Nothing to do: key ${outcome.kid} signs since ${outcome.since.toISOString()}, and the key after it is not known to everybody yet.`,
          )
        : refused(
            `Key ${outcome.kid} is said to sign since ${outcome.since.toISOString()}: this clock is wrong, or that of who made it was. If it is not this one, remove the next key, and rotate once the one that takes its place may sign.`,
          );
    case "too-early":
      return refused(
        `Not everybody knows the next key yet: it may sign from ${outcome.from.toISOString()} on. Rotate then; or remove the current key at once, with --emergency, if it has leaked.`,
      );
    case "no-keys":
      return refused("There are no keys yet: the service makes them on start.");
  }
}

export function removalReport(kid: string, outcome: RemovalOutcome): Report {
  switch (outcome.kind) {
    case "unknown":
      return refused(`There is no key ${kid}, or no more. See: keys list`);
    case "signs":
      return refused(
        `Key ${kid} is the current one. If it has leaked: keys rotate --emergency ${kid}. If not: keys rotate, and remove it then.`,
      );
    case "removed":
      return done(
        [
          `Key ${kid}, the ${outcome.state} one, is removed.`,
          ...(outcome.state === "next"
            ? ["Another takes its place."]
            : [
                `Its tokens are refused here within ${reloadIntervalSeconds} s, and within ${farewellSeconds} s by whoever goes by the JWKS.`,
              ]),
          ...successorLines(outcome.successor),
        ].join("\n"),
      );
  }
}

function successorLines(
  successor: Extract<RemovalOutcome, { kind: "removed" }>["successor"],
): string[] {
  if (!successor) return [];
  const { kid, unknownUntil } = successor;
  return [
    `Key ${kid} signs from now on.`,
    ...(unknownUntil
      ? [
          `It is new: until ${unknownUntil.toISOString()} it may be unknown to those who keep the JWKS, and its tokens refused.`,
        ]
      : []),
  ];
}

/** Whether a time that is past to somebody can be past here: clocks differ a little. */
function isPlausible(past: Date, now: number): boolean {
  return past.getTime() <= now + 60_000;
}

function done(text: string): Report {
  return { refused: false, text };
}

function refused(text: string): Report {
  return { refused: true, text };
}
