import type { Channel } from "node:diagnostics_channel";
import { Injectable, type OnModuleDestroy } from "@nestjs/common";
import {
  collectDefaultMetrics,
  Counter,
  Histogram,
  Registry,
} from "prom-client";
import type { AuditEvent } from "../audit/audit-event";
import { authErrorCodes } from "../common/auth-error-codes";
import {
  type AnsweredError,
  type AnsweredRequest,
  type MeasuredRefresh,
  measurements,
} from "../common/measurements";
import { BoundedLabel } from "./bounded-label";
import { InstanceGauges } from "./instance-gauges";

/** Maximum number of values of a label whose values are not predefined. */
const maxOwnValues = 100;

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/**
 * The metrics of this instance. Every label has few values, regardless of what
 * clients send: predefined methods and codes, routes as declared, and reasons
 * defined in the code.
 */
@Injectable()
export class Metrics implements OnModuleDestroy {
  private readonly registry = new Registry();
  private readonly reasons = new BoundedLabel(maxOwnValues);
  private readonly routes = new BoundedLabel(maxOwnValues);

  private readonly requests = new Histogram({
    name: "http_server_request_duration_seconds",
    help: "Time from a request's head to the end of its response",
    labelNames: ["method", "route", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [this.registry],
  });
  private readonly signIns = new Counter({
    name: "nest_google_auth_sign_ins_total",
    help: "Sign-ins by result (new, known, refused) and, if refused, by reason",
    labelNames: ["result", "reason"],
    registers: [this.registry],
  });
  private readonly refreshes = new Counter({
    name: "nest_google_auth_refreshes_total",
    help: "Refreshes by result (rotated, late, refused) and, if refused, by reason",
    labelNames: ["result", "reason"],
    registers: [this.registry],
  });
  private readonly guardRefusals = new Counter({
    name: "nest_google_auth_guard_refusals_total",
    help: "Requests that the access token guard refused, by code and reason",
    labelNames: ["code", "reason"],
    registers: [this.registry],
  });
  private readonly events = new Counter({
    name: "nest_google_auth_audit_events_total",
    help: "Events of the audit log, by name",
    labelNames: ["event"],
    registers: [this.registry],
  });
  private readonly errors = new Counter({
    name: "nest_google_auth_errors_total",
    help: "Error responses by code (other: the application's own codes) and reason",
    labelNames: ["code", "reason"],
    registers: [this.registry],
  });

  /** What is counted as it happens. */
  private readonly listeners = [
    listener(measurements.request, (request: AnsweredRequest) =>
      this.countRequest(request),
    ),
    listener(measurements.error, (error: AnsweredError) =>
      this.errors.inc(this.errorLabels(error)),
    ),
    listener(measurements.guardRefusal, (error: AnsweredError) =>
      this.guardRefusals.inc(this.errorLabels(error)),
    ),
    listener(measurements.refresh, (refresh: MeasuredRefresh) =>
      this.countRefresh(refresh),
    ),
    listener(measurements.event, (event: AuditEvent) => this.countEvent(event)),
  ];

  constructor(gauges: InstanceGauges) {
    collectDefaultMetrics({ register: this.registry });
    gauges.register(this.registry);
    for (const [channel, listener] of this.listeners) {
      channel.subscribe(listener);
    }
  }

  onModuleDestroy(): void {
    for (const [channel, listener] of this.listeners) {
      channel.unsubscribe(listener);
    }
    this.registry.clear();
  }

  /** Everything, in Prometheus' text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private countRequest({
    method,
    route,
    status,
    seconds,
  }: AnsweredRequest): void {
    const labels = {
      method: methods.has(method) ? method : "other",
      route: route === undefined ? "none" : this.routes.of(route),
      status,
    };
    this.requests.observe(labels, seconds);
  }

  private errorLabels({ code, reason = "" }: AnsweredError) {
    return {
      code: Object.hasOwn(authErrorCodes, code) ? code : "other",
      reason: this.reasons.of(reason),
    };
  }

  private countRefresh({ result, reason = "" }: MeasuredRefresh): void {
    this.refreshes.inc({ result, reason: this.reasons.of(reason) });
  }

  private countEvent({ event, reason, details }: AuditEvent): void {
    // A line that represents lines omitted during a flood.
    const count =
      reason === "flood" && typeof details?.count === "number"
        ? details.count
        : 1;
    this.events.inc({ event }, count);
    const result = signInResults[event];
    if (result === undefined) return;
    const why = result === "refused" ? this.reasons.of(reason ?? "") : "";
    this.signIns.inc({ result, reason: why }, count);
  }
}

const signInResults: Partial<Record<AuditEvent["event"], string>> = {
  sign_up: "new",
  sign_in: "known",
  sign_in_refused: "refused",
};

function listener<Message>(channel: Channel, hear: (message: Message) => void) {
  return [channel, (message: unknown) => hear(message as Message)] as const;
}
