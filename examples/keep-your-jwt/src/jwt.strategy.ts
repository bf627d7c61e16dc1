import { Inject, Injectable } from "@nestjs/common";
import { AuthGuard, PassportStrategy } from "@nestjs/passport";
import { ExtractJwt, Strategy } from "passport-jwt";

export const JWT_SECRET = Symbol("JWT_SECRET");

/** What the application has had all along: JWTs signed with a secret. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(@Inject(JWT_SECRET) secretOrKey: string) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: ["HS256"],
      secretOrKey,
    });
  }

  validate({ sub }: { sub: string }) {
    return { accountId: Number(sub) };
  }
}

@Injectable()
export class JwtAuthGuard extends AuthGuard("jwt") {}
