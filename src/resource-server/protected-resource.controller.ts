import { Controller, Get, Header, Inject } from "@nestjs/common";
import { ApiOkResponse, ApiOperation } from "../common/open-api.decorators";
import { Public } from "../common/access.decorators";
import { AuthError } from "../common/auth-error";
import { ProtectedResourceMetadataDto } from "../auth/access/protected-resource";
import { DpopProofs } from "../dpop/dpop-proofs";
import {
  RESOURCE_SERVER_OPTIONS,
  type ResourceServerOptions,
} from "./resource-server.options";

/** Leads OAuth clients that were refused to the issuer of the tokens. */
@Public()
@Controller(".well-known")
export class ProtectedResourceController {
  constructor(
    @Inject(RESOURCE_SERVER_OPTIONS)
    private readonly options: ResourceServerOptions,
    private readonly dpop: DpopProofs,
  ) {}

  /** @throws AuthError `not_found` without `publicUrl` */
  @Get("oauth-protected-resource")
  @Header("Cache-Control", "public, max-age=300")
  @ApiOperation({ summary: "Protected resource metadata (RFC 9728)" })
  @ApiOkResponse({ type: ProtectedResourceMetadataDto })
  getProtectedResource(): ProtectedResourceMetadataDto {
    const { issuer, publicUrl } = this.options;
    if (publicUrl === undefined) throw new AuthError("not_found");
    return new ProtectedResourceMetadataDto(publicUrl, issuer, this.dpop);
  }
}
