import { checkFields, EmulatorInputError, jsonBody } from "./emulator-input";
import { jsonAnswer, type EmulatorRoute } from "./emulator-answer";
import { googleAccounts, newAccount } from "./accounts";
import type { ChooserAccounts } from "./chooser.accounts";
import { controlPageAnswer } from "./control.page";
import type { EndpointFault } from "./faults";
import type { IdTokenOptions } from "./id-token.mint";
import { checkAccount, parseIdTokenOrder } from "./id-token.order";
import { flowControlRoutes, type ControlledFlows } from "./flows.control";
import type { GoogleKeyRing, KeyRotation } from "./key-ring";
import type { GoogleRequestLog } from "./request-log";
import { uiFileAnswer } from "./ui-file";

/** The parts of an emulator that the control API uses. */
export interface ControlledEmulator extends ControlledFlows {
  readonly keys: GoogleKeyRing;
  readonly log: GoogleRequestLog;
  readonly clientIds: readonly string[];
  readonly accounts: ChooserAccounts;
  readonly idTokens: readonly string[];
  readonly faults: Readonly<Record<string, EndpointFault>>;
  readonly spoilablePaths: readonly string[];
  idToken(options: IdTokenOptions): Promise<string>;
  rotateKeys(rotation: KeyRotation): Promise<void>;
  setFault(path: string, fault: EndpointFault): void;
  clearFaults(): void;
}

/**
 * The prefix of the control API, whose requests are not counted and have no
 * faults.
 */
export const CONTROL_PREFIX = "/emulator/";

/** The control API, for tests that are not written in JavaScript. */
export function controlRoutes(
  emulator: ControlledEmulator,
): readonly EmulatorRoute[] {
  return [
    ...flowControlRoutes(emulator),
    {
      method: "POST",
      path: "/emulator/id-token",
      answer: async (request) => {
        const order = parseIdTokenOrder(jsonBody(request));
        return jsonAnswer({ idToken: await emulator.idToken(order) });
      },
    },
    {
      method: "POST",
      path: "/emulator/faults",
      answer: (request) => {
        const { path, ...fault } = withPath(jsonBody(request));
        emulator.setFault(path, fault);
        return jsonAnswer({ path, fault });
      },
    },
    {
      method: "DELETE",
      path: "/emulator/faults",
      answer: () => {
        emulator.clearFaults();
        return jsonAnswer({});
      },
    },
    {
      method: "POST",
      path: "/emulator/keys/rotate",
      answer: async (request) => {
        const rotation = checkFields<KeyRotation>(
          "rotation",
          jsonBody(request),
          { dropPrevious: "boolean", unannounced: "boolean" },
        );
        await emulator.rotateKeys(rotation);
        return jsonAnswer(keyIds(emulator.keys));
      },
    },
    {
      method: "GET",
      path: "/emulator/accounts",
      answer: () => jsonAnswer(googleAccounts),
    },
    {
      method: "POST",
      path: "/emulator/accounts",
      answer: (request) => {
        const given = newAccount(jsonBody(request) ?? {});
        const account = checkAccount(given);
        emulator.accounts.add(account);
        return jsonAnswer(account);
      },
    },
    {
      method: "GET",
      path: "/emulator/state",
      answer: () =>
        jsonAnswer({
          clientIds: emulator.clientIds,
          accounts: emulator.accounts.listed,
          idTokens: emulator.idTokens,
          faults: emulator.faults,
          paths: emulator.spoilablePaths,
          keys: keyIds(emulator.keys),
          deliveries: emulator.deliveries,
          ...requestsOf(emulator.log),
        }),
    },
    { method: "GET", path: "/emulator/", answer: controlPageAnswer },
    {
      method: "GET",
      path: "/emulator/control.js",
      answer: () => uiFileAnswer("control.js"),
    },
    {
      method: "GET",
      path: "/emulator/ui.css",
      answer: () => uiFileAnswer("ui.css"),
    },
    {
      method: "GET",
      path: "/emulator/requests",
      answer: () => jsonAnswer(requestsOf(emulator.log)),
    },
    {
      method: "DELETE",
      path: "/emulator/requests",
      answer: () => {
        emulator.log.clear();
        return jsonAnswer({});
      },
    },
  ];
}

function withPath(body: unknown): EndpointFault & { path: string } {
  if (typeof body === "object" && body !== null && "path" in body) {
    const { path, ...fault } = body;
    if (typeof path === "string") {
      return { path, ...fault };
    }
  }
  throw new EmulatorInputError(
    'A fault needs a "path", such as "/oauth2/v1/certs".',
  );
}

function keyIds({ current, next, published }: GoogleKeyRing) {
  return {
    current: current.kid,
    next: next.kid,
    published: published.map((key) => key.kid),
  };
}

function requestsOf({ counts, latest }: GoogleRequestLog) {
  const requests = latest.map(({ query, ...request }) => ({
    ...request,
    query: query.toString(),
  }));
  return { counts, requests };
}
