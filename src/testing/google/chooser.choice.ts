import type { GoogleAccount } from "./accounts";
import type { ChooserAccounts } from "./chooser.accounts";

/** The parameters of a choice: the emulator's own, not Google's. */
export const choiceParameters = {
  /** An account's name, or one of {@link CHOICES}. */
  account: "emulator_account",
  /** Of a new account; made up unless given. */
  name: "emulator_name",
  /** Of a new account; made up unless given. */
  email: "emulator_email",
} as const;

/** What can be chosen that is not an account in the list. */
export const CHOICES = { new: "new", cancel: "cancel" } as const;

/** A request without what was chosen. */
export function withoutChoice(query: URLSearchParams): URLSearchParams {
  const asked = new URLSearchParams(query);
  for (const name of Object.values(choiceParameters)) asked.delete(name);
  return asked;
}

/** What was chosen, where a new account is made; undefined where the user has yet to be asked. */
export function choiceOf(
  query: URLSearchParams,
  accounts: ChooserAccounts,
): GoogleAccount | "cancel" | undefined {
  const value = (name: keyof typeof choiceParameters) =>
    query.get(choiceParameters[name])?.trim() || undefined;
  const chosen = value("account");
  if (chosen === CHOICES.cancel) return "cancel";
  return chosen === CHOICES.new
    ? accounts.make({ name: value("name"), email: value("email") })
    : accounts.named(chosen ?? "");
}
