import { Global, Module } from "@nestjs/common";
import { AllowedMethods } from "./allowed-methods";
import { MountedRoutes } from "./mounted-routes";
import { Clock, SystemClock } from "./clock.port";
import { ErrorForms } from "./error-forms";
import {
  AuthErrorFilter,
  ProblemDetailsFilter,
} from "./problem-details.filter";

/** The clock and the error responses. Part of GoogleAuthModule. */
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
