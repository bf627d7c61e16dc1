import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
} from "@nestjs/common";
import { AuthError } from "../common/auth-error";

interface PlainRequest {
  readonly headers: { readonly "content-type"?: string };
}

/** OAuth requests are forms; JSON is for the app's own routes. */
@Injectable()
export class FormBodyGuard implements CanActivate {
  /** @throws AuthError `unsupported_media_type` */
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<PlainRequest>();
    const type = headers["content-type"];
    // Without a body there is none; then a parameter is missing.
    if (type === undefined) return true;
    if (/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) {
      return true;
    }
    throw new AuthError("unsupported_media_type", { reason: "not_a_form" });
  }
}
