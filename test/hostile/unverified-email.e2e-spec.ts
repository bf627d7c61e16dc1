import { expectAdmitted } from "./admitted-case";
import { emailCases, notTrue } from "./email.table";
import { caseTitle } from "./hostile-case";
import { expectRefused } from "./invariants";
import { Target } from "./target";
import { ofEachKind } from "../support/extent";

describe("a service that requires no verified e-mail", () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.start({ env: { REQUIRE_VERIFIED_EMAIL: "false" } });
  });

  afterAll(() => target.stop());

  it.each(notTrue)(
    "G-080 stores email_verified %s as not verified",
    async (name, email_verified) => {
      await expectAdmitted(target, {
        id: "G-080",
        name,
        options: () => ({ claims: { email_verified } }),
        stored: () => ({ emailVerified: false, emailAuthority: "unverified" }),
      });
    },
  );

  it.each([
    ["absent", undefined],
    ["null", null],
  ])("G-081 stores an e-mail that is %s as none", async (name, email) => {
    await expectAdmitted(target, {
      id: "G-081",
      name,
      options: () => ({ claims: { email } }),
      stored: () => ({
        email: null,
        emailVerified: false,
        emailAuthority: "unverified",
      }),
    });
  });

  it.each(ofEachKind(emailCases))(caseTitle, (given) =>
    expectRefused(target, given),
  );
});
