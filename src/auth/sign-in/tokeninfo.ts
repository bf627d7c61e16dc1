import { Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import { objectOfSegment } from "../../common/jws-segment";
import { IdentityVerifier } from "../../identity/identity-verifier.port";

/** The content of a verified ID token, for debugging. */
@Injectable()
export class Tokeninfo {
  constructor(private readonly verifier: IdentityVerifier) {}

  /**
   * The claims, then the header, every value as a string: `"email_verified":
   * "true"`. Unlike Google's endpoint, it does not accept tokens for other
   * apps.
   *
   * @param sent every value that was sent as `id_token`; untrusted
   * @throws AuthError `invalid_request` unless exactly one string was sent, or
   *   what the verifier throws
   */
  async of(...sent: readonly unknown[]): Promise<Record<string, string>> {
    const [idToken, ...others] = sent.filter((value) => value !== undefined);
    if (typeof idToken !== "string" || idToken === "" || others.length > 0) {
      throw new AuthError("invalid_request", { reason: "id_token_missing" });
    }
    await this.verifier.verify(idToken);
    const [header = "", payload = ""] = idToken.split(".");
    return Object.fromEntries([...membersOf(payload), ...membersOf(header)]);
  }
}

function membersOf(segment: string): [string, string][] {
  const members = objectOfSegment(segment);
  // A verifier other than Google's may accept tokens that are not JWTs.
  if (typeof members === "string") return [];
  return Object.entries(members).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
}
