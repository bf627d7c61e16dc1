import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { types } from "node:util";
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Inject,
  Injectable,
  Logger,
  Optional,
} from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { AllowedMethods } from "./allowed-methods";
import { AuthError } from "./auth-error";
import type { AuthErrorCode } from "./auth-error-codes";
import { answerMessage } from "./context-errors";
import { type ErrorAnswer, ErrorForms } from "./error-forms";
import type { HttpRequest } from "./http-request";
import { clientNetwork } from "./ip-address";
import { type AnsweredError, measurements } from "./measurements";
import { problemContentType, problemOf } from "./problem.dto";
import { RepeatTally } from "./repeat-tally";

export const SHOW_REASONS = Symbol("SHOW_REASONS");

/**
 * The URL of the API's metadata, for the challenge of a 401; undefined if the
 * API has no metadata.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9728#section-5.1
 */
export type ResourceMetadataUrl = () => string | undefined;

export const RESOURCE_METADATA_URL = Symbol("RESOURCE_METADATA_URL");

/** Log lines a minute about refusals of one network for one reason; the rest are counted. */
const linesPerMinute = 100;

/** Codes for errors that the frameworks throw, by status. */
const codesByStatus: Readonly<Record<number, AuthErrorCode>> = {
  400: "invalid_request",
  401: "unauthenticated",
  404: "not_found",
  405: "method_not_allowed",
  413: "payload_too_large",
  414: "invalid_request",
  415: "unsupported_media_type",
  429: "rate_limited",
  431: "invalid_request",
  503: "service_unavailable",
};

/**
 * The one place where an error becomes a response: problem+json with an error
 * code, unless the route has an error format of its own. Internal details are
 * never shown.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
@Catch()
@Injectable()
export class ProblemDetailsFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemDetailsFilter.name);
  private readonly refusals = new RepeatTally<AuthError>(
    linesPerMinute,
    ({ code, reason }, count, kind) =>
      this.logger.log(
        { code: kind && code, reason: kind && reason, count },
        "more refusals",
      ),
  );

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly allowedMethods: AllowedMethods,
    private readonly errorForms: ErrorForms,
    @Inject(SHOW_REASONS) private readonly showReasons: boolean,
    @Optional()
    @Inject(RESOURCE_METADATA_URL)
    private readonly resourceMetadataUrl: ResourceMetadataUrl = () => undefined,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): unknown {
    const kind = host.getType<string>();
    if (kind === "http") return this.answer(exception, host);
    // Errors of the application are handled by its own transport.
    if (!(exception instanceof AuthError)) throw exception;
    this.log(exception, exception, "", "");
    return answerMessage(exception, host);
  }

  private answer(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<HttpRequest>();
    const response = http.getResponse<unknown>();
    const { httpAdapter } = this.adapterHost;
    const requestId = idOf(request);
    const path = request.url.split("?", 1)[0] ?? "";
    // The platform responds 404 to a wrong method, too.
    const allowed = isNotFound(exception) ? this.allowedMethods.of(path) : [];
    if (exception instanceof HttpException && isOfTheApp(exception)) {
      this.answerForApp(exception, requestId, response);
      return;
    }
    const error =
      allowed.length > 0
        ? new AuthError("method_not_allowed")
        : asAuthError(exception);
    this.log(error, exception, requestId, clientNetwork(request.ip) ?? "");
    if (httpAdapter.isHeadersSent(response)) return;
    const route = request.routeOptions?.url ?? request.route?.path;
    const form = this.errorForms.of(typeof route === "string" ? route : path);
    const { status, headers, body } =
      form?.(error, this.showReasons, request) ??
      problem(error, requestId, this.showReasons, this.resourceMetadataUrl());
    for (const [name, value] of headersFor(error, allowed, headers)) {
      httpAdapter.setHeader(response, name, value);
    }
    this.send(response, status, body);
  }

  /** An exception of the app, such as ConflictException, with its message. */
  private answerForApp(
    exception: HttpException,
    requestId: string,
    response: unknown,
  ): void {
    const status = exception.getStatus();
    this.logger.log({ requestId, status }, "refused by the application");
    const { httpAdapter } = this.adapterHost;
    if (httpAdapter.isHeadersSent(response)) return;
    httpAdapter.setHeader(response, "Content-Type", problemContentType);
    httpAdapter.setHeader(response, "Cache-Control", "no-store");
    this.send(response, status, {
      type: "about:blank",
      title: STATUS_CODES[status] ?? "Error",
      status,
      detail: exception.message,
      requestId,
    });
  }

  private send(response: unknown, status: number, body: object): void {
    const { httpAdapter } = this.adapterHost;
    // Nest's Express adapter sends every object as application/json.
    const isText = httpAdapter.getType() === "express";
    httpAdapter.reply(response, isText ? JSON.stringify(body) : body, status);
  }

  private log(
    error: AuthError,
    exception: unknown,
    requestId: string,
    network: string,
  ): void {
    const { code, reason } = error;
    measurements.error.publish({ code, reason } satisfies AnsweredError);
    if (error.status >= 500) {
      const cause = exception === error ? error.cause : exception;
      this.logger.error(
        { requestId, code, reason, err: withoutInput(cause) },
        code,
      );
    } else if (this.refusals.admits([network, code, reason].join(" "), error)) {
      this.logger.log({ requestId, code, reason }, "refused");
    }
  }
}

/** Handles AuthError only, in applications that handle all other errors themselves. */
@Catch(AuthError)
@Injectable()
export class AuthErrorFilter implements ExceptionFilter<AuthError> {
  constructor(private readonly problems: ProblemDetailsFilter) {}

  catch(error: AuthError, host: ArgumentsHost): unknown {
    return this.problems.catch(error, host);
  }
}

/** Whether none of our codes has its status. */
function isOfTheApp(exception: HttpException): boolean {
  const status = exception.getStatus();
  return status < 500 && !(status in codesByStatus);
}

function isNotFound(exception: unknown): boolean {
  return exception instanceof HttpException && exception.getStatus() === 404;
}

function asAuthError(exception: unknown): AuthError {
  if (exception instanceof AuthError) return exception;
  const status = statusOf(exception);
  const code = codesByStatus[status] ?? codeOfPlatform(status);
  return new AuthError(code, {
    cause: exception,
    // The platform's message quotes parts of the body.
    ...(codesByStatus[status] === "invalid_request" && {
      errors: [{ field: "body", message: "could not be read" }],
    }),
  });
}

/** For statuses the platform sets, such as for a path that leaves `/docs` or a range beyond the end of a file. */
function codeOfPlatform(status: number): AuthErrorCode {
  if (status === 403) return "not_found";
  return status >= 400 && status < 500 ? "invalid_request" : "internal_error";
}

function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  // Fastify and body parsers throw errors with this property.
  const status = (exception as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : 500;
}

function problem(
  error: AuthError,
  requestId: string,
  showReason: boolean,
  metadataUrl: string | undefined,
): ErrorAnswer {
  const challenge = withMetadata(
    error.challenge ?? usualChallenge(error),
    metadataUrl,
  );
  return {
    status: error.status,
    headers: {
      "Content-Type": problemContentType,
      ...(challenge && { "WWW-Authenticate": challenge }),
    },
    body: problemOf(error, requestId, showReason),
  };
}

function usualChallenge({ code, reason }: AuthError): string | undefined {
  if (code === "unauthenticated") {
    // RFC 6750 §3.1: no error attribute where no token was sent.
    return reason === "no_token" ? "Bearer" : 'Bearer error="invalid_token"';
  }
  return undefined;
}

function withMetadata(challenge?: string, url?: string): string | undefined {
  if (challenge === undefined || url === undefined) return challenge;
  const separator = /^\w+$/.test(challenge) ? " " : ", ";
  return `${challenge}${separator}resource_metadata="${url}"`;
}

function* headersFor(
  error: AuthError,
  allowed: readonly string[],
  ofItsForm: ErrorAnswer["headers"],
): Generator<[string, string]> {
  yield* Object.entries(ofItsForm);
  yield ["Cache-Control", "no-store"];
  if (error.retryAfterSeconds !== undefined) {
    yield ["Retry-After", String(error.retryAfterSeconds)];
  }
  if (error.dpopNonce !== undefined) yield ["DPoP-Nonce", error.dpopNonce];
  if (allowed.length > 0) yield ["Allow", allowed.join(", ")];
}

/**
 * An error without what must not be logged: failed queries have their
 * parameters, which are personal data and secrets.
 */
function withoutInput(error: unknown): unknown {
  // Not only instanceof: under jest, Node's errors are from another realm.
  if (!(error instanceof Error) && !types.isNativeError(error)) {
    return { type: typeof error };
  }
  const { name, message, stack } = error;
  const { code } = error as { code?: unknown };
  return { type: name, message, stack, code };
}

/** The id that the application's logger or platform assigned, or a new one. */
function idOf({ id }: HttpRequest): string {
  if (typeof id === "string" && id !== "") return id;
  return typeof id === "number" ? String(id) : randomUUID();
}
