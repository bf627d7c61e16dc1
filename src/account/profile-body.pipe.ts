import { Injectable, type PipeTransform } from "@nestjs/common";
import { AuthError, type FieldError } from "../common/auth-error";
import { isJsonObject } from "../users/profile-limits";

/** Names that may be repeated to the client that has chosen them. */
const plainName = /^\w{1,64}$/;
/** Most fields that are named at once. */
const maxErrors = 20;

/**
 * Takes the profile out of a body that has nothing else: who tries to change
 * an e-mail address or a role gets an error.
 */
@Injectable()
export class ProfileBodyPipe implements PipeTransform<unknown, unknown> {
  /**
   * @param body as the platform parsed it; untrusted
   * @returns what was sent as `profile`, whatever it is
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
          message: "cannot be changed; send profile alone",
        })),
      );
    }
    return body.profile;
  }
}

function refusal(errors: readonly FieldError[]): AuthError {
  return new AuthError("invalid_request", { errors });
}
