import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

type Tone = "good" | "bad" | undefined;

/** A card with a title; `aside` is at the end of the title's line. */
export function Card({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** A short label, such as a status. */
export function Chip({
  tone,
  children,
}: {
  tone?: Tone;
  children: ComponentChildren;
}) {
  return <span class={`chip ${tone ?? ""}`}>{children}</span>;
}

/** A message, announced by screen readers. */
export function Notice({
  tone,
  children,
}: {
  tone?: Tone;
  children: ComponentChildren;
}) {
  return (
    <div
      class={`notice ${tone ?? ""}`}
      role={tone === "bad" ? "alert" : "status"}
    >
      {children}
    </div>
  );
}

/** The initials of a name; no picture is loaded from other sites. */
export function Avatar({ name }: { name: string }) {
  const initials = name
    .split(/\s+/)
    .map((word) => word[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();
  return (
    <span class="avatar" aria-hidden="true">
      {initials || "?"}
    </span>
  );
}

/** Names and values, one pair per line. */
export function Facts({
  of,
}: {
  of: readonly (readonly [string, ComponentChildren])[];
}) {
  return (
    <dl class="facts">
      {of.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

/** A button that is disabled while its action runs. */
export function ActionButton({
  action,
  kind = "",
  disabled = false,
  children,
}: {
  action: () => unknown;
  kind?: string;
  disabled?: boolean;
  children: ComponentChildren;
}) {
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      await action();
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      type="button"
      class={kind}
      disabled={disabled || isBusy}
      aria-busy={isBusy}
      onClick={() => void run()}
    >
      {children}
    </button>
  );
}

/** The confirmation of a destructive action. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** The label of the confirm button. */
  readonly confirm: string;
  /** Text that must be typed first, if a click is not enough. */
  readonly typed?: string;
  readonly action: () => unknown;
}

/**
 * Asks for confirmation of a destructive action; Escape and Cancel close it.
 */
export function Confirm({
  question,
  close,
}: {
  question: Question;
  close: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  useEffect(() => dialog.current?.showModal(), []);
  const isReady = question.typed === undefined || typed === question.typed;
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="question">
      <form
        class="stack"
        method="dialog"
        onSubmit={() => isReady && void question.action()}
      >
        <h2 id="question">{question.title}</h2>
        <p>{question.text}</p>
        {question.typed !== undefined && (
          <label>
            Type {question.typed} to confirm
            <input
              value={typed}
              autocomplete="off"
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
        )}
        <div class="row">
          <button class="danger primary" disabled={!isReady}>
            {question.confirm}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** Formats seconds, such as 14 min 59 s. */
export function duration(seconds: number): string {
  if (seconds <= 0) return "0 s";
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** A time in the user's locale; the title is the exact time. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      {new Date(at).toLocaleString(undefined, {
        dateStyle: "medium",
        timeStyle: "short",
      })}
    </time>
  );
}

/** The browser and operating system of a user agent, as far as known. */
export function deviceOf(userAgent: string | null): string {
  if (!userAgent) return "Unknown device";
  const browser =
    /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent)?.[1] ?? "";
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|CrOS|Linux)/.exec(
    userAgent,
  )?.[1];
  const name = { Edg: "Edge", OPR: "Opera" }[browser] ?? browser;
  if (!name && !system) return userAgent.slice(0, 60);
  const place = system?.replace("Mac OS X", "macOS");
  return [name || "App", place].filter(Boolean).join(" on ");
}
