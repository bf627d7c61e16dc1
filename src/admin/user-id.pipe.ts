import { Injectable, type PipeTransform } from "@nestjs/common";
import { AuthError } from "../common/auth-error";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Lets through what can be the id of a user; of anything else there is none. */
@Injectable()
export class UserIdPipe implements PipeTransform<string, string> {
  /** @throws AuthError `not_found` */
  transform(id: string): string {
    if (!uuid.test(id)) {
      throw new AuthError("not_found", { reason: "no_such_user" });
    }
    return id;
  }
}
