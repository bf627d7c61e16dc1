import { IsBoolean, isEmail, IsEmail, IsIn } from "class-validator";
import {
  AsBoolean,
  AsList,
  entriesThatAreNot,
  Optional,
  Variable,
} from "../variable.decorator";
import { ProviderVariables } from "./provider.variables";

/** Who may become a user, and who becomes an administrator. */
export class UserVariables extends ProviderVariables {
  @Variable({
    option: "signUp",
    purpose: "Whether an unknown Google account becomes a new user.",
    rule: "open or closed",
    default: "open",
  })
  @IsIn(["open", "closed"])
  SIGN_UP!: "open" | "closed";

  @Variable({
    option: "requireVerifiedEmail",
    purpose: "Refuse accounts whose e-mail address is missing or unverified.",
    rule: "true or false",
    default: true,
  })
  @AsBoolean()
  @IsBoolean()
  REQUIRE_VERIFIED_EMAIL!: boolean;

  @Variable({
    option: "adminEmails",
    purpose:
      "Users with these addresses get the role `admin` at sign-in, if Google is authoritative for the address (gmail.com, Workspace). They keep it when they are removed from the list.",
    rule: "a comma-separated list of e-mail addresses",
    faults: entriesThatAreNot((entry) => isEmail(entry)),
    defaultText: "none",
  })
  @Optional()
  @AsList()
  @IsEmail({}, { each: true })
  ADMIN_EMAILS?: string[];
}
