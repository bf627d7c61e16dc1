import { createHmac, timingSafeEqual } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { deriveKey } from "../common/secret-key";
import { ADMIN_OPTIONS, type AdminOptions } from "./admin.options";

const tagBytes = 16;

/**
 * Where a page of a list ends, in a text that clients hand back as it is. It
 * carries a tag, so that one that was altered, or belongs to another list, is
 * told from a good one.
 */
@Injectable()
export class PageCursors {
  private readonly key: Buffer;

  constructor(@Inject(ADMIN_OPTIONS) { secretKey }: AdminOptions) {
    this.key = deriveKey(secretKey, "page-cursor");
  }

  /**
   * @param list the list's name
   * @param position what the next page has to begin after
   */
  write(list: string, position: readonly string[]): string {
    const content = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.tagOf(list, content), content]).toString(
      "base64url",
    );
  }

  /**
   * @param cursor untrusted
   * @returns the position it was written with
   * @throws AuthError `invalid_request`
   */
  read(list: string, cursor: string): readonly string[] {
    const bytes = Buffer.from(cursor, "base64url");
    const [tag, content] = [
      bytes.subarray(0, tagBytes),
      bytes.subarray(tagBytes),
    ];
    const isOurs =
      // Left-over bits and other alphabets would give one cursor many spellings.
      bytes.toString("base64url") === cursor &&
      tag.length === tagBytes &&
      timingSafeEqual(tag, this.tagOf(list, content));
    if (!isOurs) {
      throw new AuthError("invalid_request", {
        errors: [
          {
            field: "cursor",
            message: "must be the nextCursor of an earlier page of this list",
          },
        ],
      });
    }
    return JSON.parse(content.toString()) as string[];
  }

  private tagOf(list: string, content: Buffer): Buffer {
    return createHmac("sha256", this.key)
      .update(`${list}\0`)
      .update(content)
      .digest()
      .subarray(0, tagBytes);
  }
}
