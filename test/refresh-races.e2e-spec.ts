import { rounds } from "./support/extent";
import { query } from "./support/rows";
import {
  refresh,
  tokenOf,
  useRefreshing,
  verdict,
} from "./support/use-refreshing";

describe("concurrent refreshes", () => {
  const site = useRefreshing();

  it("the same token 50 times at once on two instances has one successor, in every round", async () => {
    let { body } = await site.newSession();
    for (let round = 0; round < rounds(10, 200); round++) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          refresh(index % 2 ? site.one : site.other, body.refreshToken),
        ),
      );
      expect(new Set(answers.map(verdict))).toEqual(new Set(["200"]));
      expect(new Set(answers.map(tokenOf)).size).toBe(1);
      const [first] = answers;
      if (!first) throw new Error("There are 50");
      expect((await site.sessionRow(first))?.generation).toBe(round + 2);
      body = first.body;
      site.step(11);
    }
  }, 180_000);

  it("a late retry sent 50 times at once counts once", async () => {
    const { body } = await site.newSession();
    const next = await refresh(site.one, body.refreshToken);
    site.step(3600);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        refresh(index % 2 ? site.one : site.other, body.refreshToken),
      ),
    );
    expect(new Set(answers.map(tokenOf))).toEqual(new Set([tokenOf(next)]));
    const [row] = await query<{ count: number }>(
      site.one,
      "SELECT cardinality(late_retries) AS count FROM google_auth.sessions WHERE id = $1",
      [body.sessionId],
    );
    expect(row?.count).toBe(1);
  });
});
