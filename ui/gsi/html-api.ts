import { type CredentialResponse, id, type IdConfiguration } from "./id";

/** A global function by name, such as `app.signedIn`. */
function functionNamed(name: string | undefined) {
  return (response: CredentialResponse) => {
    const found = name
      ?.split(".")
      .reduce<unknown>(
        (value, member) => (Object(value) as Record<string, unknown>)[member],
        window,
      );
    if (typeof found === "function") {
      (found as (response: CredentialResponse) => void)(response);
    }
  };
}

/**
 * Handles `#g_id_onload` and `.g_id_signin` in the page, like Google's script.
 *
 * @see https://developers.google.com/identity/gsi/web/reference/html-reference
 */
export function readPage(): void {
  const settings = document.getElementById("g_id_onload")?.dataset;
  if (!settings?.client_id) return;
  const { callback, login_uri, auto_select, auto_prompt, ...rest } = settings;
  id.initialize({
    ...rest,
    client_id: settings.client_id,
    login_uri,
    ux_mode: rest.ux_mode ?? (callback === undefined ? "redirect" : "popup"),
    auto_select: auto_select === "true",
    callback: callback === undefined ? undefined : functionNamed(callback),
  } as IdConfiguration);
  for (const place of document.querySelectorAll<HTMLElement>(".g_id_signin")) {
    id.renderButton(place, place.dataset);
  }
  if (auto_prompt !== "false") id.prompt();
}
