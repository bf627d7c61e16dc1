import { Injectable, type PipeTransform } from "@nestjs/common";
import { AuthError, type FieldError } from "../common/auth-error";
import { isJsonObject } from "../users/profile-limits";

/** Names that are safe to repeat in an error. */
const plainName = /^\w{1,64}$/;
/** Maximum number of fields named in one error. */
const maxErrors = 20;

/**
 * Extracts the profile from a body that must contain nothing else: an attempt
 * to change an e-mail address or a role is an error.
 */
@Injectable()
export class ProfileBodyPipe implements PipeTransform<unknown, unknown> {
  /**
   * @param body as the platform parsed it; untrusted
   * @returns what was sent as `profile`, of any type
   * @throws AuthError `invalid_request`
   */
  transform(body: unknown): unknown {
    if (!isJsonObject(body) || !Object.hasOwn(body, "profile")) {
      throw refusal([{ field: "profile", message: "must be a JSON object" }]);
    }
    const others = Object.keys(body).filter((name) => name !== "profile");
    if (others.length > 0) {
      throw refusal(
        others.slice(0, maxErrors).map((name) => ({
          field: plainName.test(name) ? name : "body",
          message: "cannot be changed; send only profile",
        })),
      );
    }
    return body.profile;
  }
}

function refusal(errors: readonly FieldError[]): AuthError {
  return new AuthError("invalid_request", { errors });
}
