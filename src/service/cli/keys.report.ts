import {
  jwksMaxAgeSeconds,
  type PublishedKey,
  type RemovalOutcome,
  reloadIntervalSeconds,
  type RotationOutcome,
  type StoredKey,
} from "../../index";

/**
 * A key as the command line shows it; times as ISO 8601 in UTC, null if not
 * set.
 */
export interface ReportedKey {
  readonly kid: string;
  readonly state: "current" | "next" | "previous" | "expired";
  readonly algorithm: string;
  readonly publishedSince: string | null;
  readonly signsSince: string | null;
  readonly acceptedUntil: string | null;
}

/** The output of a command; a refusal makes it fail. */
export interface Report {
  readonly refused: boolean;
  readonly text: string;
}

/** How long the holder of an older key set may still accept a removed key, in seconds. */
const maxAcceptedAfterRemovalSeconds =
  reloadIntervalSeconds + jwksMaxAgeSeconds;

/** @param now milliseconds since 1970 */
export function storedKeyReport(key: StoredKey, now: number): ReportedKey {
  const { kid, algorithm, state, createdAt, notBefore, expiresAt } = key;
  return {
    kid,
    state: expiresAt && expiresAt.getTime() <= now ? "expired" : state,
    algorithm,
    publishedSince: createdAt.toISOString(),
    signsSince: notBefore?.toISOString() ?? null,
    acceptedUntil: expiresAt?.toISOString() ?? null,
  };
}

/** A key from the environment: nothing but its state is known. */
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
    acceptedUntil: null,
  };
}

/** A table for people. */
export function keyTable(keys: readonly ReportedKey[]): string {
  const rows = [
    ["KID", "STATE", "ALG", "PUBLISHED SINCE", "SIGNS SINCE", "ACCEPTED UNTIL"],
    ...keys.map((key) => [
      ...[key.kid, key.state, key.algorithm],
      ...[key.publishedSince, key.signsSince, key.acceptedUntil].map(
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
        `Key ${outcome.kid} signs from now on, within ${reloadIntervalSeconds} s on every instance. Key ${outcome.previousKid} is accepted until its tokens have expired.`,
      );
    case "rotated-before":
      return isPlausible(outcome.since, now)
        ? done(
            `Nothing to do: key ${outcome.kid} has been signing since ${outcome.since.toISOString()}, and the next key has not been published for long enough yet.`,
          )
        : refused(
            `Key ${outcome.kid} is recorded as signing since ${outcome.since.toISOString()}, which is in the future: this machine's clock is wrong, or the clock of the machine that rotated was. In the second case, remove the next key, and rotate once its replacement may sign.`,
          );
    case "too-early":
      return refused(
        `The next key has not been published for long enough: it may sign from ${outcome.from.toISOString()} on. Rotate then. If the current key has leaked, remove it immediately with --emergency.`,
      );
    case "no-keys":
      return refused(
        "There are no keys yet: the service creates them when it starts.",
      );
  }
}

export function removalReport(kid: string, outcome: RemovalOutcome): Report {
  switch (outcome.kind) {
    case "unknown":
      return refused(`There is no key ${kid} (any more). See: keys list`);
    case "signs":
      return refused(
        `Key ${kid} is the current one. If it has leaked: keys rotate --emergency ${kid}. If not: keys rotate first, then remove it.`,
      );
    case "removed":
      return done(
        [
          `The ${outcome.state} key ${kid} has been removed.`,
          ...(outcome.state === "next"
            ? ["A new one takes its place."]
            : [
                `Its tokens are refused here within ${reloadIntervalSeconds} s, and within ${maxAcceptedAfterRemovalSeconds} s by everyone who verifies with the JWKS.`,
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
          `It is new: until ${unknownUntil.toISOString()} a cached JWKS may not contain it, and its tokens may be refused.`,
        ]
      : []),
  ];
}

/** Whether a time that has passed by another clock may have passed here: clocks differ a little. */
function isPlausible(past: Date, now: number): boolean {
  return past.getTime() <= now + 60_000;
}

function done(text: string): Report {
  return { refused: false, text };
}

function refused(text: string): Report {
  return { refused: true, text };
}
