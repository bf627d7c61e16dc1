import { IsBoolean, isEmail, IsEmail, IsIn } from "class-validator";
import {
  AsBoolean,
  AsList,
  entriesThatAreNot,
  Optional,
  Variable,
} from "../variable.decorator";
import { ProviderVariables } from "./provider.variables";

/** Who becomes a user, and which. */
export class UserVariables extends ProviderVariables {
  @Variable({
    option: "signUp",
    purpose: "Whether a Google account that is not known yet becomes a user.",
    rule: "open or closed",
    default: "open",
  })
  @IsIn(["open", "closed"])
  SIGN_UP!: "open" | "closed";

  @Variable({
    option: "requireVerifiedEmail",
    purpose: "Refuse accounts whose e-mail is absent or unverified.",
    rule: "true or false",
    default: true,
  })
  @AsBoolean()
  @IsBoolean()
  REQUIRE_VERIFIED_EMAIL!: boolean;

  @Variable({
    option: "adminEmails",
    purpose:
      "Who gets the role `admin` at sign-in: users of these addresses, where Google is the authority for the address (gmail.com, Workspace). Taken off the list they keep it.",
    rule: "a comma list of e-mail addresses",
    faults: entriesThatAreNot((entry) => isEmail(entry)),
    defaultText: "none",
  })
  @Optional()
  @AsList()
  @IsEmail({}, { each: true })
  ADMIN_EMAILS?: string[];
}
