import {
  type ArgumentMetadata,
  Injectable,
  type PipeTransform,
} from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { isUuid } from "../common/uuid";
import { fieldsOf, RequestBodyPipe } from "../common/request-body.pipe";

/** Names that are safe to repeat in an error. */
const plainName = /^\w{1,64}$/;
/** Maximum number of unknown fields named in one error. */
const maxErrors = 20;

/**
 * Turns a query or a body into its DTO and refuses unknown fields: a misspelled
 * filter must not list all users.
 */
@Injectable()
export class StrictInputPipe extends RequestBodyPipe {
  /** @throws AuthError `invalid_request` */
  override async transform(
    value: unknown,
    metadata: ArgumentMetadata,
  ): Promise<unknown> {
    const { metatype, type } = metadata;
    const known = metatype ? fieldsOf(metatype) : new Set<string>();
    const unknown = Object.keys(Object(value) as object)
      .filter((name) => !known.has(name))
      .slice(0, maxErrors);
    if (unknown.length > 0) {
      throw new AuthError("invalid_request", {
        errors: unknown.map((name) => ({
          field: plainName.test(name) ? name : type,
          message: "is unknown",
        })),
      });
    }
    return super.transform(value, metadata);
  }
}

/** Accepts a well-formed user id; anything else is `not_found`. */
@Injectable()
export class UserIdPipe implements PipeTransform<string, string> {
  /** @throws AuthError `not_found` */
  transform(id: string): string {
    if (!isUuid(id)) {
      throw new AuthError("not_found", { reason: "no_such_user" });
    }
    return id;
  }
}
