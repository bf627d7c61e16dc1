import type { EmulatorAnswer } from "./emulator-answer";
import type { GoogleAccount } from "./accounts";
import type { ChooserAccounts } from "./chooser.accounts";
import { CHOICES, choiceParameters } from "./chooser.choice";
import { markup, pageAnswer, type Html } from "./html-page";

/** The options of a chooser. */
export interface ChooserOptions {
  /** Lists only accounts of this domain, or of any domain for `*`. */
  readonly hostedDomain?: string;
  /** The origin that may show the page in a frame. */
  readonly framedBy?: string;
}

/**
 * A page with a link for each account, which repeats the request with the
 * choice. Works without JavaScript.
 *
 * @param path the path of the request
 * @param query the request
 */
export function chooserAnswer(
  accounts: ChooserAccounts,
  path: string,
  query: URLSearchParams,
  { hostedDomain, framedBy }: ChooserOptions = {},
): EmulatorAnswer {
  const link = (choice: string) => {
    const chosen = new URLSearchParams(query);
    chosen.set(choiceParameters.account, choice);
    return `${path}?${chosen.toString()}`;
  };
  const entries: readonly Html[] = accounts.listed
    .filter(
      ({ account: { hd } }) =>
        hostedDomain === undefined ||
        (hostedDomain === "*" ? hd !== undefined : hd === hostedDomain),
    )
    .map(
      ({ name, account }) =>
        markup`<li><a href="${link(name)}"><i aria-hidden="true">${initialOf(account)}</i><span>${titleOf(account)}<small>${account.email ?? "no e-mail address"} (${name})</small></span></a></li>
`,
    );
  const repeated = [...query].map(
    ([name, value]) =>
      markup`<input type="hidden" name="${name}" value="${value}">`,
  );
  return pageAnswer(
    "Choose an account",
    markup`<p>to continue to ${appOf(query)}</p>
<ul>
${entries}</ul>
<details>
<summary><i aria-hidden="true">+</i><span>Use another account</span></summary>
<form action="${path}">${repeated}<input type="hidden" name="${choiceParameters.account}" value="${CHOICES.new}">
<label>Name<input name="${choiceParameters.name}" autocomplete="off" placeholder="Any name"></label>
<label>E-mail<input name="${choiceParameters.email}" type="email" autocomplete="off" placeholder="generated if empty"></label>
<button>Continue</button>
</form>
</details>
<a class="plain" href="${link(CHOICES.cancel)}">Cancel</a>
<small>This is a local emulator, not Google. ${query.get("client_id") ?? ""}</small>`,
    { framedBy },
  );
}

/** The requesting app: the host that the response is sent to. */
function appOf(query: URLSearchParams): string {
  const target =
    query.get("origin") ?? query.get("login_uri") ?? query.get("redirect_uri");
  return target && URL.canParse(target) ? new URL(target).host : "an app";
}

/**
 * The page for a request whose errors must not be sent to the app.
 *
 * @param app the target of its back link; must have been validated
 */
export function refusalPage(
  status: number,
  error: string,
  description: string,
  app?: URL,
): EmulatorAnswer {
  const back = app
    ? [markup`<a class="plain" href="${app.origin}/">Back to the app</a>`]
    : [];
  return pageAnswer(
    "Access blocked",
    markup`<p>Error ${String(status)}: ${error}<small>${description}</small></p>${back}`,
    { status },
  );
}

function initialOf(account: GoogleAccount): string {
  return titleOf(account).slice(0, 1).toUpperCase();
}

function titleOf({ name, email, sub }: GoogleAccount): string {
  return name ?? email ?? sub;
}
