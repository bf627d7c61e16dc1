import { googleAccounts, newAccount, type GoogleAccount } from "./accounts";

/** An account, with its name in the links of the chooser. */
export interface ListedAccount {
  readonly name: string;
  readonly account: GoogleAccount;
}

const NEW_ONES_KEPT = 20;

/** The accounts that can be chosen: predefined and added ones. */
export class ChooserAccounts {
  readonly #made: ListedAccount[] = [];

  get listed(): readonly ListedAccount[] {
    const ready = Object.entries(googleAccounts).map(([name, account]) => ({
      name,
      account,
    }));
    return [...ready, ...this.#made];
  }

  /** The account of a link; undefined if not found. */
  named(name: string): GoogleAccount | undefined {
    return this.listed.find((one) => one.name === name)?.account;
  }

  /** The account of a `login_hint`: an e-mail address or a `sub`. */
  hinted(hint: string): GoogleAccount | undefined {
    return this.listed.find(
      ({ account: { email, sub } }) => hint === email || hint === sub,
    )?.account;
  }

  /**
   * Adds an account, or replaces the one with this `sub`; predefined ones are
   * not replaced.
   */
  add(account: GoogleAccount): void {
    const known = this.#made.findIndex(({ name }) => name === account.sub);
    if (known >= 0) this.#made.splice(known, 1);
    this.#made.push({ name: account.sub, account });
    if (this.#made.length > NEW_ONES_KEPT) {
      this.#made.shift();
    }
  }

  /**
   * Creates an account, which is listed from then on.
   *
   * @param name given and family name; generated if absent, like the address
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
