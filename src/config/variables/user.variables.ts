import { IsBoolean, IsEmail, IsIn } from "class-validator";
import { AsBoolean, AsList, Optional, Variable } from "../variable.decorator";

/** Who becomes a user, and which. */
export class UserVariables {
  @Variable({
    purpose: "Whether a Google account that is not known yet becomes a user.",
    rule: "open or closed",
    default: "open",
  })
  @IsIn(["open", "closed"])
  SIGN_UP!: "open" | "closed";

  @Variable({
    purpose: "Refuse accounts whose e-mail is absent or unverified.",
    rule: "true or false",
    default: true,
  })
  @AsBoolean()
  @IsBoolean()
  REQUIRE_VERIFIED_EMAIL!: boolean;

  @Variable({
    purpose:
      "Who gets the role `admin` at sign-in: users of these addresses, where Google is the authority for the address (gmail.com, Workspace). Taken off the list they keep it.",
    rule: "a comma list of e-mail addresses",
    defaultText: "none",
  })
  @Optional()
  @AsList()
  @IsEmail({}, { each: true })
  ADMIN_EMAILS?: string[];
}
