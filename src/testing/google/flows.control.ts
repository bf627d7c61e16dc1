import { checkFields, jsonBody } from "./emulator-input";
import { jsonAnswer, type EmulatorRoute } from "./emulator-answer";
import type { AuthorizationCodeOptions } from "./authorization-code.options";
import { parseCodeOrder, parseEventOrder } from "./control.orders";
import type { SecurityReport, SecurityReportOptions } from "./risc";
import type {
  ServiceAccountKey,
  ServiceAccountOptions,
} from "./service-account";
import type { SecurityDelivery } from "./transmitter";

/**
 * The flows of the control API: codes, service accounts and security events.
 */
export interface ControlledFlows {
  readonly deliveries: readonly SecurityDelivery[];
  authorizationCode(options: AuthorizationCodeOptions): string;
  serviceAccount(options: ServiceAccountOptions): Promise<ServiceAccountKey>;
  report(options: SecurityReportOptions): Promise<SecurityReport>;
}

/**
 * The routes of the control API for authorization codes and security events.
 */
export function flowControlRoutes(
  emulator: ControlledFlows,
): readonly EmulatorRoute[] {
  return [
    {
      method: "POST",
      path: "/emulator/authorization-code",
      answer: (request) => {
        const order = parseCodeOrder(jsonBody(request));
        return jsonAnswer({ code: emulator.authorizationCode(order) });
      },
    },
    {
      method: "POST",
      path: "/emulator/service-account",
      answer: async (request) => {
        const options = checkFields<ServiceAccountOptions>(
          "service account order",
          jsonBody(request),
          { riscAdmin: "boolean" },
        );
        return jsonAnswer(await emulator.serviceAccount(options));
      },
    },
    {
      method: "POST",
      path: "/emulator/security-events",
      answer: async (request) => {
        const { options, copies, wait } = parseEventOrder(jsonBody(request));
        const report = await emulator.report({ ...options, hold: true });
        const sent = Promise.all(
          Array.from({ length: copies }, () => report.deliver()),
        );
        const { jti, type, token } = report;
        const deliveries = wait ? await sent : undefined;
        return jsonAnswer({ jti, type, token, deliveries });
      },
    },
    {
      method: "GET",
      path: "/emulator/security-events",
      answer: () => jsonAnswer({ deliveries: emulator.deliveries }),
    },
  ];
}
