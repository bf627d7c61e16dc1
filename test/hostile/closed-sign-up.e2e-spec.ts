import { strangerCases } from "./email.table";
import { caseTitle } from "./hostile-case";
import { expectRefused } from "./invariants";
import { Target } from "./target";

describe("a service whose sign-up is closed", () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.start({ env: { SIGN_UP: "closed" } });
  });

  afterAll(() => target.stop());

  it.each(strangerCases)(caseTitle, (given) => expectRefused(target, given));
});
