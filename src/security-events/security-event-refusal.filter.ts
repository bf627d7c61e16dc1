import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Injectable,
  Logger,
} from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { SecurityEventRefusal } from "../identity/google/security-event-refusal";

const descriptions: Readonly<Record<SecurityEventRefusal["code"], string>> = {
  invalid_request: "The security event token is malformed.",
  invalid_key: "The key of the security event token is not known.",
  invalid_issuer: "The issuer of the security event token is not Google.",
  invalid_audience: "The security event token is not for this receiver.",
  authentication_failed: "The signature of the security event token is wrong.",
};

/**
 * Responds to the transmitter in the format of its protocol.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8935#section-2.3
 */
@Catch(SecurityEventRefusal)
@Injectable()
export class SecurityEventRefusalFilter implements ExceptionFilter {
  private readonly logger = new Logger(SecurityEventRefusalFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch({ code, reason }: SecurityEventRefusal, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { id: requestId } = http.getRequest<{ id?: unknown }>();
    const response = http.getResponse<unknown>();
    const { httpAdapter } = this.adapterHost;
    this.logger.log({ requestId, code, reason }, "security event refused");
    httpAdapter.setHeader(response, "Content-Type", "application/json");
    httpAdapter.setHeader(response, "Content-Language", "en");
    httpAdapter.setHeader(response, "Cache-Control", "no-store");
    const body = { err: code, description: descriptions[code] };
    httpAdapter.reply(response, body, 400);
  }
}
