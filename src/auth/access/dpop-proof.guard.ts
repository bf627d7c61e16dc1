import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
} from "@nestjs/common";
import type { HttpRequest, HttpResponse } from "../../common/http-request";
import { DpopProofs } from "../../dpop/dpop-proofs";

const THUMBPRINT = Symbol("key thumbprint");

/** A request that may have come with a proof. */
export interface BindingRequest extends HttpRequest {
  [THUMBPRINT]?: string;
}

/**
 * For the routes that issue tokens: a client that sends a DPoP proof gets
 * tokens that are bound to its key.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-5
 */
@Injectable()
export class DpopProofGuard implements CanActivate {
  constructor(private readonly proofs: DpopProofs) {}

  /** @throws AuthError `invalid_dpop_proof`, `use_dpop_nonce`, `service_unavailable` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!this.proofs.isOn) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<BindingRequest>();
    const { method, originalUrl: path, headers } = request;
    const { dpop: proof } = headers;
    if (proof === undefined) {
      if (this.proofs.isRequired) throw this.proofs.missing();
      return true;
    }
    const proved = await this.proofs.verify({ proof, method, path });
    request[THUMBPRINT] = proved.thumbprint;
    if (proved.nextNonce !== null) {
      http.getResponse<HttpResponse>().header("DPoP-Nonce", proved.nextNonce);
    }
    return true;
  }
}

/** The thumbprint of the key to bind the tokens to; null for unbound tokens. */
export function keyThumbprintOf(request: BindingRequest): string | null {
  return request[THUMBPRINT] ?? null;
}
