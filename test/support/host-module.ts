import {
  type ArgumentsHost,
  Body,
  Catch,
  ConflictException,
  Controller,
  type ExceptionFilter,
  Get,
  Module,
  Post,
  UseGuards,
} from "@nestjs/common";
import { IsEmail } from "class-validator";
import {
  AccessTokenGuard,
  AuthError,
  CurrentUser,
  GoogleIdTokenGuard,
  type Principal,
  Public,
} from "../../src/index";

class LetterDto {
  @IsEmail()
  to!: string;
}

class OutOfPaper extends Error {}

/** The host's own error filter. */
@Catch(OutOfPaper)
export class OutOfPaperFilter implements ExceptionFilter<OutOfPaper> {
  catch(_error: OutOfPaper, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<{
      status(code: number): { send(body: object): void };
    }>();
    response.status(507).send({ host: "out of paper" });
  }
}

@Public()
@Controller()
class HostController {
  @Get("conflict")
  conflict(): never {
    throw new ConflictException({ host: "taken" });
  }

  @Get("bug")
  bug(): never {
    throw new TypeError("a bug of the host's, with a secret in it");
  }

  @Get("paper")
  paper(): never {
    throw new OutOfPaper();
  }

  @Post("letters")
  letter(@Body() { to }: LetterDto): object {
    return { to };
  }

  @Get("refused")
  refused(): never {
    throw new AuthError("insufficient_role");
  }

  /** A route of the host next to ours. */
  @Post("auth/login")
  login(): object {
    return { host: "logged in" };
  }

  @Get("auth/settings")
  settings(): object {
    return { host: "settings" };
  }
}

@Controller()
class StrangersController {
  @Get("open")
  open(): object {
    return { open: true };
  }

  @UseGuards(AccessTokenGuard)
  @Get("guarded")
  guarded(@CurrentUser() user: Principal): object {
    return { userId: user.userId };
  }

  @Public()
  @UseGuards(GoogleIdTokenGuard)
  @Post("proved")
  proved(@CurrentUser() user: unknown): object {
    return { identity: user };
  }
}

/** A module of the host that does not import the guards' module. */
@Module({ controllers: [HostController, StrangersController] })
export class HostModule {}
