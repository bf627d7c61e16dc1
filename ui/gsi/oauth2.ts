import {
  type DialogAnswer,
  openPopup,
  pageUrl,
  type PopupFailure,
} from "./dialog";

/** `CodeClientConfig`; other options are accepted and ignored. */
export interface CodeClientConfig {
  readonly client_id: string;
  readonly scope: string;
  readonly callback?: (response: DialogAnswer) => void;
  readonly error_callback?: (error: {
    type: PopupFailure;
    message: string;
  }) => void;
  readonly ux_mode?: "popup" | "redirect";
  readonly redirect_uri?: string;
  readonly state?: string;
  readonly login_hint?: string;
  readonly hd?: string;
}

const messages = {
  popup_failed_to_open: "Failed to open popup window",
  popup_closed: "Popup window closed",
};

/** `google.accounts.oauth2`: https://developers.google.com/identity/oauth2/web/reference/js-reference */
export const oauth2 = {
  initCodeClient(config: CodeClientConfig) {
    const { client_id, scope, state, login_hint, hd } = config;
    const fields = { client_id, scope, state, login_hint, hd };
    return {
      requestCode(): void {
        if (config.ux_mode === "redirect") {
          location.assign(
            pageUrl("/o/oauth2/v2/auth", {
              ...fields,
              response_type: "code",
              access_type: "offline",
              redirect_uri:
                config.redirect_uri ?? location.href.replace(/[?#].*/, ""),
            }),
          );
          return;
        }
        openPopup(
          "/gsi/code",
          fields,
          (answer) => config.callback?.(answer),
          (type) => config.error_callback?.({ type, message: messages[type] }),
        );
      },
    };
  },

  initTokenClient(): never {
    throw new Error(
      "The emulator does not issue access tokens to pages; use initCodeClient().",
    );
  },

  hasGrantedAllScopes(
    { scope = "" }: { scope?: string },
    ...wanted: string[]
  ): boolean {
    const granted = scope.split(" ");
    return wanted.every((one) => granted.includes(one));
  },
};
