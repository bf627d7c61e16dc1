import {
  Controller,
  Header,
  HttpCode,
  Post,
  Req,
  UseFilters,
} from "@nestjs/common";
import {
  ApiAcceptedResponse,
  ApiBadRequestResponse,
  ApiBody,
  ApiConsumes,
  ApiOperation,
  ApiTags,
} from "../common/open-api.decorators";
import { Public } from "../common/access.decorators";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { ApiProblem } from "../common/problem.dto";
import { SecurityEventVerifier } from "../identity/google/security-event.verifier";
import {
  type DeliveryRequest,
  SecurityEventBody,
  securityEventMediaType,
  securityEventsPath,
} from "./security-event-body";
import { SecurityEventInbox } from "./security-event-inbox";
import { SecurityEventRefusalFilter } from "./security-event-refusal.filter";

@ApiTags("Security events")
@Public()
@UseFilters(ProblemDetailsFilter)
@Controller(securityEventsPath)
export class SecurityEventsController {
  constructor(
    private readonly body: SecurityEventBody,
    private readonly verifier: SecurityEventVerifier,
    private readonly inbox: SecurityEventInbox,
  ) {}

  @Post()
  @HttpCode(202)
  @Header("Cache-Control", "no-store")
  @UseFilters(SecurityEventRefusalFilter)
  @ApiOperation({
    summary: "Receive security events about Google accounts",
    description:
      "The receiver of Cross-Account Protection (RFC 8935): the body is the security event token itself.",
  })
  @ApiConsumes(securityEventMediaType)
  @ApiBody({ schema: { type: "string" } })
  @ApiAcceptedResponse({ description: "Processed, now or previously" })
  @ApiBadRequestResponse({
    description: "RFC 8935 §2.3",
    content: {
      "application/json": {
        schema: {
          type: "object",
          required: ["err", "description"],
          properties: {
            err: { type: "string", example: "invalid_key" },
            description: { type: "string" },
          },
        },
      },
    },
  })
  @ApiProblem(
    "payload_too_large",
    "unsupported_media_type",
    "identity_provider_unavailable",
    "service_unavailable",
  )
  async receiveSecurityEvent(@Req() request: DeliveryRequest): Promise<void> {
    const body = await this.body.of(request);
    const token = await this.verifier.verify(body.replace(/[\r\n]+$/, ""));
    await this.inbox.take(token);
  }
}
