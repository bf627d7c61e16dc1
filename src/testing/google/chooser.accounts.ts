import { googleAccounts, newAccount, type GoogleAccount } from "./accounts";

/** An account with the name that a chooser's link gives it. */
export interface ListedAccount {
  readonly name: string;
  readonly account: GoogleAccount;
}

const NEW_ONES_KEPT = 20;

/** The accounts that can be chosen: the ready-made, and the new ones so far. */
export class ChooserAccounts {
  readonly #made: ListedAccount[] = [];

  get listed(): readonly ListedAccount[] {
    const ready = Object.entries(googleAccounts).map(([name, account]) => ({
      name,
      account,
    }));
    return [...ready, ...this.#made];
  }

  /** The account of a link; undefined when there is none of the name. */
  named(name: string): GoogleAccount | undefined {
    return this.listed.find((one) => one.name === name)?.account;
  }

  /** The account of a `login_hint`: an e-mail address or a `sub`. */
  hinted(hint: string): GoogleAccount | undefined {
    return this.listed.find(
      ({ account: { email, sub } }) => hint === email || hint === sub,
    )?.account;
  }

  /** Adds an account, or replaces the one of this `sub`; ready-made ones stay as they are. */
  add(account: GoogleAccount): void {
    const known = this.#made.findIndex(({ name }) => name === account.sub);
    if (known >= 0) this.#made.splice(known, 1);
    this.#made.push({ name: account.sub, account });
    if (this.#made.length > NEW_ONES_KEPT) {
      this.#made.shift();
    }
  }

  /**
   * Makes an account, which can be chosen again from now on.
   *
   * @param name given and family name; made up unless given, like the address
   */
  make({ name, email }: { name?: string; email?: string } = {}): GoogleAccount {
    const [givenName, ...others] = name?.trim().split(/\s+/) ?? [];
    const account = newAccount({
      ...(givenName && {
        name: name?.trim(),
        givenName,
        familyName: others.join(" ") || undefined,
      }),
      ...(email && { email }),
    });
    this.add(account);
    return account;
  }
}
