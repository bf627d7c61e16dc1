import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Injectable,
  NotFoundException,
} from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { ProblemDetailsFilter } from "../../common/problem-details.filter";

/** No provider has this name, so the path is not one of our routes. */
export class UnknownProvider extends NotFoundException {}

/**
 * Passes the request on to other routes. On Express the first matching route
 * answers, so `POST /auth/:provider` would shadow the application's `POST
 * /auth/login`; on Fastify the more specific route answers.
 */
@Catch(UnknownProvider)
@Injectable()
export class UnknownProviderFilter implements ExceptionFilter<UnknownProvider> {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly problems: ProblemDetailsFilter,
  ) {}

  catch(error: UnknownProvider, host: ArgumentsHost): void {
    const isExpress = this.adapterHost.httpAdapter.getType() === "express";
    if (isExpress) host.switchToHttp().getNext<() => void>()();
    else this.problems.catch(error, host);
  }
}
