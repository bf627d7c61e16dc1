import { strangerCases } from "./email.table";
import { caseTitle } from "./hostile-case";
import { expectRefused } from "./invariants";
import { Target } from "./target";
import { ofEachKind } from "../support/extent";

describe("a service whose sign-up is closed", () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.start({ env: { SIGN_UP: "closed" } });
  });

  afterAll(() => target.stop());

  it.each(ofEachKind(strangerCases))(caseTitle, (given) =>
    expectRefused(target, given),
  );
});
