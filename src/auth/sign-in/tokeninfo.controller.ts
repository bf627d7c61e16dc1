import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Post,
  Query,
  UseFilters,
  UseGuards,
} from "@nestjs/common";
import {
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  type ApiResponseOptions,
  ApiTags,
} from "../../common/open-api.decorators";
import { Public } from "../../common/access.decorators";
import { ProblemDetailsFilter } from "../../common/problem-details.filter";
import { ApiProblem } from "../../common/problem.dto";
import { RateLimited } from "../../rate-limits/rate-limited.decorator";
import { Tokeninfo } from "./tokeninfo";
import { tokeninfoPath } from "./tokeninfo.errors";
import { TokeninfoGuard } from "./tokeninfo.guard";

const field = "id_token";
const description =
  "Like Google's endpoint of this name, but with our own checks. Only with `TOKENINFO=true`, and never in production.";
const claims = {
  description: "The claims and the header; every value is a string",
  schema: { type: "object", additionalProperties: { type: "string" } },
} as const;
const refusal: ApiResponseOptions = {
  status: 400,
  content: {
    "application/json": {
      schema: {
        type: "object",
        required: ["error", "error_description"],
        properties: {
          error: { type: "string", example: "invalid_token" },
          error_description: { type: "string", example: "Invalid Value" },
        },
      },
    },
  },
  description:
    '`{"error":"invalid_token","error_description":"Invalid Value"}`',
};

@ApiTags("For other services")
@Public()
@UseFilters(ProblemDetailsFilter)
@Controller(tokeninfoPath)
export class TokeninfoController {
  constructor(private readonly tokeninfo: Tokeninfo) {}

  @Get()
  @Header("Cache-Control", "no-store")
  @RateLimited("signIn")
  @UseGuards(TokeninfoGuard)
  @ApiOperation({
    summary: "Inspect an ID token, for debugging",
    description,
  })
  @ApiQuery({ name: field, type: String })
  @ApiOkResponse(claims)
  @ApiResponse(refusal)
  @ApiProblem("not_found", "identity_provider_unavailable")
  getTokeninfo(
    @Query(field) inQuery: unknown,
  ): Promise<Record<string, string>> {
    return this.tokeninfo.of(inQuery);
  }

  @Post()
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @RateLimited("signIn")
  @UseGuards(TokeninfoGuard)
  @ApiOperation({
    summary: "Inspect an ID token, for debugging",
    description,
  })
  @ApiConsumes("application/x-www-form-urlencoded", "application/json")
  @ApiQuery({ name: field, type: String, required: false })
  @ApiBody({
    required: false,
    schema: { type: "object", properties: { [field]: { type: "string" } } },
  })
  @ApiOkResponse(claims)
  @ApiResponse(refusal)
  @ApiProblem(
    "not_found",
    "payload_too_large",
    "unsupported_media_type",
    "identity_provider_unavailable",
  )
  postTokeninfo(
    @Query(field) inQuery: unknown,
    @Body() body: unknown,
  ): Promise<Record<string, string>> {
    const fields = Object(body) as Readonly<Record<string, unknown>>;
    return this.tokeninfo.of(inQuery, fields[field]);
  }
}
