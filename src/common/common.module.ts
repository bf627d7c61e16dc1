import { Global, Module } from "@nestjs/common";
import { AllowedMethods } from "./allowed-methods";
import { AuthErrorFilter } from "./auth-error.filter";
import { Clock, SystemClock } from "./clock.port";
import { ErrorForms } from "./error-forms";
import { MountedRoutes } from "./mounted-routes";
import { ProblemDetailsFilter } from "./problem-details.filter";

/** Floor 0: the clock, and how an error is answered. A room of GoogleAuthModule. */
@Global()
@Module({
  providers: [
    AllowedMethods,
    AuthErrorFilter,
    ErrorForms,
    MountedRoutes,
    ProblemDetailsFilter,
    { provide: Clock, useClass: SystemClock },
  ],
  exports: [
    AllowedMethods,
    AuthErrorFilter,
    Clock,
    ErrorForms,
    MountedRoutes,
    ProblemDetailsFilter,
  ],
})
export class CommonModule {}
