import { expectAdmitted } from "./admitted-case";
import { foreignDomainCases } from "./email.table";
import { caseTitle } from "./hostile-case";
import { expectRefused } from "./invariants";
import { Target } from "./target";
import { ofEachKind } from "../support/extent";

describe("a service for two hosted domains", () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.start({
      env: { GOOGLE_HOSTED_DOMAINS: "corp.com, Other.Example" },
    });
  });

  afterAll(() => target.stop());

  it.each(ofEachKind(foreignDomainCases))(caseTitle, (given) =>
    expectRefused(target, given),
  );

  it.each(["corp.com", "CORP.COM", "other.example", "Other.Example"])(
    "G-087 hd %s signs a new user in",
    async (hd) => {
      await expectAdmitted(target, {
        id: "G-087",
        name: hd,
        account: { hd },
        stored: () => ({ hostedDomain: hd.toLowerCase() }),
      });
    },
  );

  // A Workspace account may have an address of another domain, even gmail.com.
  it.each(["ada@gmail.com", "ada@elsewhere.example"])(
    "G-086 hd corp.com with the e-mail %s signs a new user in, because hd decides",
    async (email) => {
      const account = { hd: "corp.com", email };
      await expectAdmitted(target, { id: "G-086", name: email, account });
    },
  );
});
