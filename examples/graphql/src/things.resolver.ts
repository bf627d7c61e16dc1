import { Field, ID, ObjectType, Query, Resolver } from "@nestjs/graphql";
import { CurrentUser, type Principal, Public, Roles } from "nest-google-auth";

@ObjectType()
class Me {
  @Field(() => ID)
  userId!: string;
}

/** Guarded as controllers are: what is not marked needs an access token. */
@Resolver()
export class ThingsResolver {
  @Public()
  @Query(() => String)
  hello(): string {
    return "hello";
  }

  @Query(() => Me)
  me(@CurrentUser() user: Principal): Me {
    return { userId: user.userId };
  }

  @Roles("admin")
  @Query(() => String)
  secret(): string {
    return "for administrators";
  }

  @Public()
  @Query(() => String)
  bug(): string {
    throw new Error("a bug of the application");
  }
}
