import { cleanText } from "../../common/clean-text";
import type { GoogleClient } from "../../config/settings";
import { adviceOn } from "./inspect-token.advice";
import {
  type AuthErrorCode,
  authErrorCodes,
  type CheckFinding,
  type CheckOutcome,
} from "../../index";

/** `unproved`: no check refuses it, but the signature was not checked (--offline). */
export type Verdict = "accepted" | "refused" | "unproved" | "unknown";

/** Everything known about a token. */
export interface TokenReport {
  /** What it is, or claims to be. */
  readonly kind: string;
  readonly notes: readonly string[];
  /** As sent; null if they cannot be parsed. */
  readonly header: Readonly<Record<string, unknown>> | null;
  readonly claims: Readonly<Record<string, unknown>> | null;
  readonly findings: readonly CheckFinding[];
  /** What only a sign-in can check. */
  readonly notCheckedHere: readonly string[];
  readonly isOffline: boolean;
}

/** The service's answer to a sign-in with it. */
interface Refusal {
  readonly status: number;
  readonly code: AuthErrorCode;
  readonly reason: string;
}

/** The first refusal, which is the service's answer. */
function refusalIn(findings: readonly CheckFinding[]): Refusal | null {
  for (const { outcome } of findings) {
    if (outcome.kind !== "refused") continue;
    const { code, reason } = outcome;
    return { status: authErrorCodes[code].status, code, reason };
  }
  return null;
}

export function verdictOf({ findings, isOffline }: TokenReport): Verdict {
  if (refusalIn(findings)) return "refused";
  const isProved = findings.some(
    ({ check, outcome }) => check === "signature" && outcome.kind === "ok",
  );
  if (isProved) return "accepted";
  return isOffline ? "unproved" : "unknown";
}

/** For programs. @param nowSeconds since 1970 */
export function reportJson(
  report: TokenReport,
  clients: readonly GoogleClient[],
  nowSeconds: number,
): object {
  const { kind, notes, header, claims, findings, notCheckedHere } = report;
  return {
    verdict: verdictOf(report),
    refusal: refusalIn(findings),
    kind,
    notes,
    audience: clientOf(claims?.aud, clients),
    authorizedParty: clientOf(claims?.azp, clients),
    now: isoTime(nowSeconds),
    header,
    claims,
    checks: findings.map(({ check, demands, outcome: { kind, ...rest } }) => ({
      check,
      demands,
      outcome: kind,
      ...rest,
    })),
    notCheckedHere,
  };
}

/** For people. @param nowSeconds since 1970 */
export function reportText(
  report: TokenReport,
  clients: readonly GoogleClient[],
  nowSeconds: number,
): string {
  const { kind, notes, header, claims, findings, notCheckedHere } = report;
  const sections = [
    [headline(report), ...advice(findings)],
    [kind, ...notes.map((note) => `Note: ${note}`)],
    section("Header", membersText(header)),
    section("Claims", claimsText(claims, clients, nowSeconds)),
    section("Checks, in the order of a sign-in", checksText(findings)),
    section(
      "Not checked here",
      notCheckedHere.map((what) => `  ${what}`),
    ),
  ];
  return sections.map((lines) => lines.join("\n")).join("\n\n");
}

function headline(report: TokenReport): string {
  const refusal = refusalIn(report.findings);
  switch (verdictOf(report)) {
    case "accepted":
      return "ACCEPTED: Google signed it, and every check passes.";
    case "unproved":
      return "NOT PROVED: no check refuses it, but the signature was not checked (--offline).";
    case "unknown":
      return "UNKNOWN: no check refuses it, but Google's keys are unavailable, so the signature was not checked.\nIs GOOGLE_CERTS_URL right, and can this machine reach it? --offline skips the signature.";
    case "refused":
      return `REFUSED: ${refusal?.status} ${refusal?.code}, reason ${refusal?.reason}`;
  }
}

function advice(findings: readonly CheckFinding[]): string[] {
  const reasons = new Set(
    findings.flatMap(({ outcome }) =>
      outcome.kind === "refused" ? [outcome.reason] : [],
    ),
  );
  return [...reasons].map(
    (reason) => `  ${reason}: ${adviceOn[reason] ?? "See docs/errors.md."}`,
  );
}

function section(title: string, lines: readonly string[]): string[] {
  return [title, ...lines];
}

function membersText(members: TokenReport["header"]): string[] {
  if (!members) return ["  unreadable"];
  return Object.entries(members).map(
    ([name, value]) => `  ${column(name, 16)}${shown(value)}`,
  );
}

/** The claims that are times. */
const times = ["iat", "exp", "nbf", "auth_time"];

function claimsText(
  claims: TokenReport["claims"],
  clients: readonly GoogleClient[],
  nowSeconds: number,
): string[] {
  if (!claims) return ["  unreadable"];
  return Object.entries(claims).map(([name, value]) => {
    const meaning = times.includes(name)
      ? timeInWords(value, nowSeconds)
      : name === "aud" || name === "azp"
        ? clientInWords(value, clients)
        : null;
    return `  ${column(name, 16)}${shown(value)}${meaning === null ? "" : `  (${meaning})`}`;
  });
}

const words: Readonly<Record<CheckOutcome["kind"], string>> = {
  ok: "ok",
  refused: "REFUSED",
  "not-reached": "not reached",
  "not-checked": "not checked",
};

function checksText(findings: readonly CheckFinding[]): string[] {
  return findings.map(
    ({ check, demands, outcome }) =>
      `  ${column(words[outcome.kind], 13)}${column(check, 20)}${demands}${outcome.kind === "refused" ? `  <- ${outcome.reason}` : ""}`,
  );
}

function clientOf(
  value: unknown,
  clients: readonly GoogleClient[],
): { readonly isOurs: boolean; readonly label: string | null } {
  const client = clients.find(({ id }) => id === value);
  return { isOurs: client !== undefined, label: client?.label ?? null };
}

function clientInWords(
  value: unknown,
  clients: readonly GoogleClient[],
): string {
  const { isOurs, label } = clientOf(value, clients);
  if (!isOurs) return "not in GOOGLE_CLIENT_IDS";
  return label === null ? "in GOOGLE_CLIENT_IDS" : `your ${label} client`;
}

const steps = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;
const relative = new Intl.RelativeTimeFormat("en");

/** A time in words; null for what is not a time. @param nowSeconds since 1970 */
export function timeInWords(value: unknown, nowSeconds: number): string | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  const distance = value - nowSeconds;
  const [unit, length] = steps.find(
    ([, size]) => Math.abs(distance) >= size,
  ) ?? ["second", 1];
  const far = relative.format(Math.trunc(distance / length), unit);
  const at = isoTime(value);
  return at === null ? far : `${at}, ${far}`;
}

/** Null for a time beyond the calendar. */
function isoTime(seconds: number): string | null {
  const date = new Date(Math.trunc(seconds) * 1000);
  return Number.isNaN(date.getTime())
    ? null
    : date.toISOString().replace(".000Z", "Z");
}

/** An untrusted value on one line, harmless to a terminal. */
function shown(value: unknown): string {
  const text = cleanText(JSON.stringify(value));
  return text.length > 300 ? `${text.slice(0, 300)}… (truncated)` : text;
}

/** Names are untrusted, too. */
function column(text: string, width: number): string {
  return (
    cleanText(text)
      .slice(0, 60)
      .padEnd(width - 1) + " "
  );
}
