import { Injectable, type OnModuleDestroy } from "@nestjs/common";
import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
} from "prom-client";
import type { AuditEvent } from "../audit/audit-event";
import { AuditTrail } from "../audit/audit-trail";
import { authErrorCodes } from "../common/auth-error-codes";
import {
  type AnsweredError,
  type AnsweredRequest,
  measurements,
} from "../common/measurements";
import { Database } from "../database/database";
import { Revocations } from "../sessions/revocations.port";

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

  private readonly onRequest = (message: unknown) =>
    this.countRequest(message as AnsweredRequest);
  private readonly onError = (message: unknown) =>
    this.countError(message as AnsweredError);
  private readonly onEvent = (message: unknown) =>
    this.countEvent(message as AuditEvent);

  constructor(database: Database, revocations: Revocations, audit: AuditTrail) {
    collectDefaultMetrics({ register: this.registry });
    this.gauge(
      "nest_google_auth_database_connections",
      "Connections of the pool, and requests waiting for one",
      () => database.connections,
    );
    this.gauge(
      "nest_google_auth_audit_backlog",
      "Refusals queued for the audit log",
      () => ({ waiting: audit.backlogSize }),
    );
    this.gauge(
      "nest_google_auth_revocations_reliable",
      "1 while the revocations of all instances are known here, otherwise 0",
      () => ({ revocations: revocations.isReliable() ? 1 : 0 }),
    );
    measurements.request.subscribe(this.onRequest);
    measurements.error.subscribe(this.onError);
    measurements.event.subscribe(this.onEvent);
  }

  onModuleDestroy(): void {
    measurements.request.unsubscribe(this.onRequest);
    measurements.error.unsubscribe(this.onError);
    measurements.event.unsubscribe(this.onEvent);
    this.registry.clear();
  }

  /** Everything, in Prometheus' text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private gauge(
    name: string,
    help: string,
    read: () => Readonly<Record<string, number>>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: ["state"],
      registers: [this.registry],
      collect() {
        for (const [state, value] of Object.entries(read())) {
          this.set({ state }, value);
        }
      },
    });
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

  private countError({ code, reason = "" }: AnsweredError): void {
    this.errors.inc({
      code: Object.hasOwn(authErrorCodes, code) ? code : "other",
      reason: this.reasons.of(reason),
    });
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

/** The values of a label: names, limited in number. */
class BoundedLabel {
  private readonly values = new Set<string>();

  constructor(private readonly most: number) {}

  of(value: string): string {
    if (value === "" || this.values.has(value)) return value;
    if (this.values.size >= this.most || value.length > maxValueLength) {
      return "other";
    }
    this.values.add(value);
    return value;
  }
}

/** In characters; none of our names is longer. */
const maxValueLength = 100;
