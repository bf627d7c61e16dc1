import { type ArgumentMetadata, Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { fieldsOf, RequestBodyPipe } from "../common/request-body.pipe";

/** Names that may be repeated to the client that has chosen them. */
const plainName = /^\w{1,64}$/;
/** Most unknown fields that are named at once. */
const maxErrors = 20;

/**
 * Turns a query or a body into its DTO, and refuses what the DTO does not know:
 * a filter that is misspelled must not list everybody.
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
          message: "is not known here",
        })),
      });
    }
    return super.transform(value, metadata);
  }
}
