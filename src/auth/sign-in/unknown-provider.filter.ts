import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Injectable,
  NotFoundException,
} from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { ProblemDetailsFilter } from "../../common/problem-details.filter";

/** There is no provider of this name, and so nothing of ours at the address. */
export class UnknownProvider extends NotFoundException {}

/**
 * Leaves an address to whoever is at it. On Express the first route that matches
 * answers, so `POST /auth/:provider` would take `POST /auth/login` from the
 * application; on Fastify the more exact route does.
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
