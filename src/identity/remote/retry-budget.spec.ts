import { RetryBudget } from "./retry-budget";

describe("RetryBudget", () => {
  it("allows ten at once, and then none", () => {
    const budget = new RetryBudget();
    const given = Array.from({ length: 12 }, () => budget.take());
    expect(given).toEqual([...Array<boolean>(10).fill(true), false, false]);
  });

  it("allows one per ten requests, and saves at most ten", () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 1000; i++) budget.earn();
    for (let i = 0; i < 10; i++) expect(budget.take()).toBe(true);
    for (let i = 0; i < 9; i++) budget.earn();
    expect(budget.take()).toBe(false);
    budget.earn();
    expect(budget.take()).toBe(true);
    expect(budget.take()).toBe(false);
  });
});
