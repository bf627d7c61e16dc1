import {
  Controller,
  Get,
  Header,
  Inject,
  UseFilters,
  RequestMethod,
} from "@nestjs/common";
import {
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "../common/open-api.decorators";
import { ProtectedResourceMetadataDto } from "../auth/access/protected-resource";
import { Public } from "../common/access.decorators";
import { MountedRoutes } from "../common/mounted-routes";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { ApiProblem } from "../common/problem.dto";
import { dpopAlgorithms } from "../dpop/dpop-key";
import { DpopProofs } from "../dpop/dpop-proofs";
import { grantTypes, requestableScopes } from "./grant-types";
import { AuthorizationServerMetadataDto } from "./metadata.dto";
import { OAUTH_OPTIONS, type OAuthOptions } from "./oauth.options";

/** Lets OAuth clients and other services discover the endpoints. */
@ApiTags("For other services")
@Public()
@UseFilters(ProblemDetailsFilter)
@Controller(".well-known")
export class MetadataController {
  constructor(
    @Inject(OAUTH_OPTIONS) private readonly options: OAuthOptions,
    private readonly dpop: DpopProofs,
    private readonly routes: MountedRoutes,
  ) {}

  /** Also at this path, for gateways that only support OpenID Connect. */
  @Get(["oauth-authorization-server", "openid-configuration"])
  @Header("Cache-Control", "public, max-age=300")
  @ApiOperation({
    summary: "Authorization server metadata (RFC 8414)",
    description: "Only what is configured. May be cached for five minutes.",
  })
  @ApiOkResponse({ type: AuthorizationServerMetadataDto })
  @ApiProblem("invalid_request")
  getMetadata(): AuthorizationServerMetadataDto {
    const { issuer, introspectionClients } = this.options;
    const at = (route: string, method?: RequestMethod) =>
      issuer + this.routes.pathOf(route, method);
    return {
      issuer,
      token_endpoint: at("/oauth/token"),
      jwks_uri: at("/.well-known/jwks.json", RequestMethod.GET),
      // Required, although there is no authorization endpoint.
      response_types_supported: [],
      grant_types_supported: Object.values(grantTypes),
      scopes_supported: requestableScopes,
      token_endpoint_auth_methods_supported: ["none"],
      revocation_endpoint: at("/oauth/revoke"),
      revocation_endpoint_auth_methods_supported: ["none"],
      ...(introspectionClients.length > 0 && {
        introspection_endpoint: at("/oauth/introspect"),
        introspection_endpoint_auth_methods_supported: ["client_secret_basic"],
      }),
      ...(this.dpop.isOn && {
        dpop_signing_alg_values_supported: dpopAlgorithms,
      }),
    };
  }

  @Get("oauth-protected-resource")
  @Header("Cache-Control", "public, max-age=300")
  @ApiOperation({
    summary: "Protected resource metadata (RFC 9728)",
    description: "Who issues the access tokens for this API: this service.",
  })
  @ApiOkResponse({ type: ProtectedResourceMetadataDto })
  @ApiProblem("invalid_request")
  getProtectedResource(): ProtectedResourceMetadataDto {
    const { issuer } = this.options;
    return new ProtectedResourceMetadataDto(issuer, issuer, this.dpop);
  }
}
