import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
} from "@nestjs/common";
import { AccessTokenGuard, type Principal } from "nest-google-auth";
import { JwtAuthGuard } from "./jwt.strategy.js";

/**
 * Accepts both tokens during the migration. The token's header only says which
 * guard to ask; that guard verifies all of it, so a forged header gains nothing.
 */
@Injectable()
export class EitherTokenGuard implements CanActivate {
  constructor(
    private readonly old: JwtAuthGuard,
    private readonly current: AccessTokenGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest();
    if (typeOf(request.headers.authorization) === "JWT") {
      return this.old.canActivate(context) as Promise<boolean>;
    }
    await this.current.canActivate(context);
    // As the old guard has it. `AccountClaims` put the account into the token.
    const { claims }: Principal = request.user;
    request.user = { accountId: claims.account };
    return true;
  }
}

/** The `typ` of a bearer token: `JWT` for the old ones, `at+jwt` for the others. */
function typeOf(authorization = ""): unknown {
  const [, header = ""] = /^Bearer +([\w-]+)\./i.exec(authorization) ?? [];
  try {
    return JSON.parse(Buffer.from(header, "base64url").toString()).typ;
  } catch {
    return undefined;
  }
}
