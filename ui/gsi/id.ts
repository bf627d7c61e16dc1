import { type ButtonOptions, drawButton } from "./button";
import { type DialogAnswer, openPopup, pageUrl } from "./dialog";
import {
  closeOneTap,
  type OneTapEnd,
  PromptMomentNotification,
  showOneTap,
} from "./one-tap";

/** The result of a sign-in. */
export interface CredentialResponse {
  /** The ID token. */
  readonly credential: string;
  readonly select_by: string;
  readonly state?: string;
  readonly clientId: string;
}

/** `IdConfiguration`; other options are accepted and ignored. */
export interface IdConfiguration {
  readonly client_id: string;
  readonly callback?: (response: CredentialResponse) => void;
  readonly login_uri?: string;
  readonly ux_mode?: "popup" | "redirect";
  readonly nonce?: string;
  readonly auto_select?: boolean;
  readonly login_hint?: string;
  readonly hd?: string;
  readonly context?: "signin" | "signup" | "use";
}

type PromptListener = (notification: PromptMomentNotification) => void;

/** The storage key of `disableAutoSelect()`, until the next sign-in. */
const noAutoSelect = "emulator.gsi.no-auto-select";

let configuration: IdConfiguration | undefined;
let promptListener: PromptListener | undefined;

function configured(): IdConfiguration {
  if (!configuration) {
    throw new Error(
      "[GSI_LOGGER]: google.accounts.id.initialize() is not called.",
    );
  }
  return configuration;
}

/** The parameters of every dialog. */
function fieldsOf({ client_id, nonce, login_hint, hd }: IdConfiguration) {
  return { client_id, nonce, login_hint, hd };
}

function deliver(
  settings: IdConfiguration,
  answer: DialogAnswer,
  state?: string,
): void {
  localStorage.removeItem(noAutoSelect);
  settings.callback?.({
    credential: answer.credential ?? "",
    select_by: answer.select_by ?? "btn",
    ...(state !== undefined && { state }),
    clientId: settings.client_id,
  });
}

/** The double-submit cookie that Google's script sets on the page. */
function csrfToken(): string {
  const known = /(?:^|; )g_csrf_token=([^;]+)/.exec(document.cookie)?.[1];
  const token = known ?? crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  document.cookie = `g_csrf_token=${token}; path=/`;
  return token;
}

function redirect(settings: IdConfiguration, state?: string): void {
  location.assign(
    pageUrl("/gsi/select", {
      ...fieldsOf(settings),
      login_uri: settings.login_uri ?? location.href.replace(/[?#].*/, ""),
      state,
      g_csrf_token: csrfToken(),
    }),
  );
}

function end(reason: OneTapEnd): void {
  promptListener?.(new PromptMomentNotification(reason));
}

/** `google.accounts.id`: https://developers.google.com/identity/gsi/web/reference/js-reference */
export const id = {
  initialize(settings: IdConfiguration): void {
    configuration = settings;
  },

  renderButton(
    parent: HTMLElement,
    options: ButtonOptions = {},
    clicked?: () => void,
  ): void {
    const settings = configured();
    drawButton(parent, options, () => {
      clicked?.();
      if (settings.ux_mode === "redirect") redirect(settings, options.state);
      else {
        openPopup("/gsi/popup", fieldsOf(settings), (answer) => {
          if (answer.credential) deliver(settings, answer, options.state);
        });
      }
    });
  },

  prompt(listener?: PromptListener): void {
    const settings = configured();
    promptListener = listener;
    const isAuto =
      settings.auto_select && localStorage.getItem(noAutoSelect) === null;
    showOneTap(
      {
        ...fieldsOf(settings),
        context: settings.context,
        auto_select: isAuto ? "true" : undefined,
      },
      (answer) => {
        if (!answer.credential) return end("user_cancel");
        end("credential_returned");
        if (settings.callback) deliver(settings, answer);
        else redirect(settings);
      },
    );
  },

  cancel(): void {
    closeOneTap();
    end("cancel_called");
  },

  disableAutoSelect(): void {
    localStorage.setItem(noAutoSelect, "1");
  },

  storeCredential(_credential: object, done?: () => void): void {
    done?.();
  },

  revoke(
    hint: string,
    done?: (response: { successful: boolean; error?: string }) => void,
  ): void {
    const { client_id } = configured();
    fetch(pageUrl("/gsi/revoke", { client_id, login_hint: hint }), {
      method: "POST",
    }).then(
      ({ ok }) =>
        done?.(
          ok
            ? { successful: true }
            : { successful: false, error: "invalid_request" },
        ),
      (error: unknown) => done?.({ successful: false, error: String(error) }),
    );
  },

  setLogLevel(): void {},
};
