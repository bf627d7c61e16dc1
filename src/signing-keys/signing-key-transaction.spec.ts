import { SigningKeyTransaction } from "./signing-key-transaction";
import { SigningKeyRows } from "./signing-key.rows";

describe("SigningKeyTransaction", () => {
  it("creates keys whose ids can be given to a command", async () => {
    const rows = new SigningKeyRows(() => Promise.resolve([]), new Date());
    const transaction = new SigningKeyTransaction(
      rows,
      { secretKey: "a secret of at least thirty-two characters" },
      () => Promise.resolve(),
    );
    // Enough that about ten thumbprints start with a hyphen.
    const kids = await Promise.all(
      Array.from({ length: 640 }, () => transaction.create("next")),
    );
    expect(kids.filter((kid) => kid.startsWith("-"))).toEqual([]);
  });
});
