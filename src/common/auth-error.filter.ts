import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Injectable,
} from "@nestjs/common";
import { AuthError } from "./auth-error";
import { ProblemDetailsFilter } from "./problem-details.filter";

/** Answers our own errors, in an application that answers all others itself. */
@Catch(AuthError)
@Injectable()
export class AuthErrorFilter implements ExceptionFilter<AuthError> {
  constructor(private readonly problems: ProblemDetailsFilter) {}

  catch(error: AuthError, host: ArgumentsHost): unknown {
    return this.problems.catch(error, host);
  }
}
