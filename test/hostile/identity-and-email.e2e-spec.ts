import { admittedTitle, expectAdmitted } from "./admitted-case";
import {
  emailCases,
  hostedDomainFormCases,
  unverifiedCases,
} from "./email.table";
import {
  goodEmailCases,
  goodNameCases,
  goodPictureCases,
} from "./good-profiles.table";
import { caseTitle } from "./hostile-case";
import { expectRefused } from "./invariants";
import { Target } from "./target";
import { ofEachKind } from "../support/extent";

describe("an ID token with a hostile e-mail, domain, name or picture", () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.start();
  });

  afterAll(() => target.stop());

  describe("when its e-mail is not an address", () => {
    it.each(ofEachKind(emailCases))(caseTitle, (given) =>
      expectRefused(target, given),
    );
  });

  describe("when its hosted domain is malformed", () => {
    it.each(ofEachKind(hostedDomainFormCases))(caseTitle, (given) =>
      expectRefused(target, given),
    );
  });

  describe("when its e-mail is not verified", () => {
    it.each(ofEachKind(unverifiedCases))(caseTitle, (given) =>
      expectRefused(target, given),
    );
  });

  describe("when only its e-mail, name or picture is unusual", () => {
    it.each(
      ofEachKind([...goodEmailCases, ...goodNameCases, ...goodPictureCases]),
    )(admittedTitle, (given) => expectAdmitted(target, given));
  });
});
