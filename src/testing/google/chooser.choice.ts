import type { GoogleAccount } from "./accounts";
import type { ChooserAccounts } from "./chooser.accounts";

/** The parameters of a choice; specific to the emulator. */
export const choiceParameters = {
  /** An account's name, or one of {@link CHOICES}. */
  account: "emulator_account",
  /** Of a new account; generated if absent. */
  name: "emulator_name",
  /** Of a new account; generated if absent. */
  email: "emulator_email",
} as const;

/** Choices other than a listed account. */
export const CHOICES = { new: "new", cancel: "cancel" } as const;

/** The request without the parameters of the choice. */
export function withoutChoice(query: URLSearchParams): URLSearchParams {
  const asked = new URLSearchParams(query);
  for (const name of Object.values(choiceParameters)) asked.delete(name);
  return asked;
}

/**
 * The choice; creates the account if a new one was chosen. Undefined if the
 * user has not chosen yet.
 */
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
