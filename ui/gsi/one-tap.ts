import { type DialogAnswer, onAnswer, pageUrl } from "./dialog";

/** Why One Tap ended; Google's values. */
export type OneTapEnd = "credential_returned" | "cancel_called" | "user_cancel";

/**
 * The notification of `prompt()`, as with FedCM: it does not report whether One
 * Tap was displayed or why it was skipped.
 *
 * @see https://developers.google.com/identity/gsi/web/guides/fedcm-migration
 */
export class PromptMomentNotification {
  constructor(private readonly end: OneTapEnd) {}

  getMomentType(): "skipped" | "dismissed" {
    return this.isSkippedMoment() ? "skipped" : "dismissed";
  }

  isDisplayMoment(): boolean {
    return false;
  }

  isDisplayed(): boolean {
    return false;
  }

  isNotDisplayed(): boolean {
    return false;
  }

  getNotDisplayedReason(): undefined {
    return undefined;
  }

  isSkippedMoment(): boolean {
    return this.end === "user_cancel";
  }

  getSkippedReason(): undefined {
    return undefined;
  }

  isDismissedMoment(): boolean {
    return !this.isSkippedMoment();
  }

  getDismissedReason(): OneTapEnd | undefined {
    return this.isDismissedMoment() ? this.end : undefined;
  }
}

const css = `iframe { position: fixed; z-index: 2147483647; top: 12px; right: 12px; width: min(392px, calc(100vw - 24px));
  height: min(440px, calc(100vh - 24px)); border: 1px solid #c4c7c5; border-radius: 12px; box-shadow: 0 4px 24px rgb(0 0 0 / 25%); color-scheme: light dark; }`;

let current: { close(): void } | undefined;

/** Closes the dialog, if open, without notifying the listener. */
export function closeOneTap(): void {
  current?.close();
  current = undefined;
}

/** Shows the One Tap dialog, replacing an open one. */
export function showOneTap(
  fields: Readonly<Record<string, string | undefined>>,
  answered: (answer: DialogAnswer) => void,
): void {
  closeOneTap();
  const id = crypto.randomUUID();
  const host = document.createElement("div");
  host.id = "credential_picker_container";
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const frame = document.createElement("iframe");
  frame.title = "Sign in with Google";
  frame.src = pageUrl("/gsi/one-tap", {
    ...fields,
    origin: location.origin,
    gsi: id,
  });
  root.append(frame);
  document.body.append(host);
  const stop = onAnswer(id, (answer) => {
    closeOneTap();
    answered(answer);
  });
  current = {
    close: () => {
      stop();
      host.remove();
    },
  };
}
