import {
  type DynamicModule,
  Global,
  Module,
  type Provider,
} from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { AllowedMethods } from "./allowed-methods";
import { Clock, SystemClock } from "./clock.port";
import { ErrorForms } from "./error-forms";
import { ProblemDetailsFilter, SHOW_REASONS } from "./problem-details.filter";

export interface CommonOptions {
  /** Name the failed check in error bodies; never in production. */
  readonly showReasons: boolean;
  /** Replacements for the defaults, such as a frozen Clock. */
  readonly providers?: Provider[];
}

/** Floor 0: the clock, and how an error is answered. */
@Global()
@Module({})
export class CommonModule {
  static forRoot({
    showReasons,
    providers = [],
  }: CommonOptions): DynamicModule {
    return {
      module: CommonModule,
      providers: [
        AllowedMethods,
        ErrorForms,
        ProblemDetailsFilter,
        { provide: APP_FILTER, useExisting: ProblemDetailsFilter },
        { provide: Clock, useClass: SystemClock },
        { provide: SHOW_REASONS, useValue: showReasons },
        ...providers,
      ],
      exports: [AllowedMethods, Clock, ErrorForms, ProblemDetailsFilter],
    };
  }
}
