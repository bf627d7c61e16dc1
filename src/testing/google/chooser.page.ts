import type { EmulatorAnswer } from "./emulator-answer";
import type { GoogleAccount } from "./accounts";
import type { ChooserAccounts } from "./chooser.accounts";
import { markup, pageAnswer, type Html } from "./html-page";

/** The parameter that says who was chosen: the emulator's own, not Google's. */
export const CHOICE = "emulator_account";

/** What may be chosen that is no account. */
export const CHOICES = { new: "new", cancel: "cancel" } as const;

/**
 * A page of links, one for each account: each repeats the request and says who
 * was chosen, so that it works without a script.
 *
 * @param path where the request came
 * @param query the request
 * @param hostedDomain lists its accounts only, or those of any for `*`
 */
export function chooserAnswer(
  accounts: ChooserAccounts,
  path: string,
  query: URLSearchParams,
  hostedDomain?: string,
): EmulatorAnswer {
  const link = (choice: string) => {
    const chosen = new URLSearchParams(query);
    chosen.set(CHOICE, choice);
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
        markup`<li><a href="${link(name)}">${titleOf(account)}<small>${account.email ?? "no e-mail address"} (${name})</small></a></li>
`,
    );
  const to = query.get("client_id") ?? "an app";
  return pageAnswer(
    "Choose an account",
    markup`<p>to continue to <small>${to}</small></p>
<ul>
${entries}</ul>
<a href="${link(CHOICES.new)}">A new account</a>
<a href="${link(CHOICES.cancel)}">Cancel</a>
<p><small>This is a local emulator, not Google.</small></p>`,
  );
}

/** The page for a request that may not be answered to the app itself. */
export function refusalPage(
  status: number,
  error: string,
  description: string,
): EmulatorAnswer {
  return pageAnswer(
    "Access blocked",
    markup`<p>Error ${String(status)}: ${error}<small>${description}</small></p>`,
    { status },
  );
}

function titleOf({ name, email, sub }: GoogleAccount): string {
  return name ?? email ?? sub;
}
