import type { IncomingMessage, ServerResponse } from "node:http";
import { Injectable } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { type AnsweredRequest, measurements } from "../common/measurements";

/**
 * The part of Fastify that is used, so that Express applications do not need
 * the package.
 */
interface FastifyLike {
  addHook(
    name: "onResponse",
    hook: (
      request: {
        readonly method: string;
        readonly routeOptions?: { readonly url?: string };
      },
      reply: { readonly statusCode: number; readonly elapsedTime: number },
      done: () => void,
    ) => void,
  ): void;
}

interface ExpressRequest extends IncomingMessage {
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
}

/** Publishes the duration of every request, on both platforms. */
@Injectable()
export class RequestMeter {
  constructor({ httpAdapter }: HttpAdapterHost) {
    if (httpAdapter.getType() === "fastify") {
      measureOnFastify(httpAdapter.getInstance<FastifyLike>());
    } else {
      httpAdapter.use(measureOnExpress);
    }
  }
}

function measureOnFastify(fastify: FastifyLike): void {
  fastify.addHook("onResponse", (request, reply, done) => {
    publish({
      method: request.method,
      route: request.routeOptions?.url,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
    done();
  });
}

function measureOnExpress(
  request: ExpressRequest,
  response: ServerResponse,
  next: () => void,
): void {
  const startedAt = performance.now();
  response.once("close", () => {
    const path = request.route?.path;
    publish({
      method: request.method ?? "",
      route:
        typeof path === "string"
          ? `${request.baseUrl ?? ""}${path}`
          : undefined,
      status: response.statusCode,
      seconds: (performance.now() - startedAt) / 1000,
    });
  });
  next();
}

function publish(request: AnsweredRequest): void {
  measurements.request.publish(request);
}
