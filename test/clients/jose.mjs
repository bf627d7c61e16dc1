/* An API in another house, that knows nothing but the address of our keys. */
import * as jose from "jose";
import { described, order, report, throughProxy } from "./console.mjs";

const { issuer, audience, tokens } = order;

await report(async () => {
  const keys = jose.createRemoteJWKSet(
    new URL(`${issuer}/.well-known/jwks.json`),
    { [jose.customFetch]: throughProxy },
  );
  const verdicts = tokens.map((token) =>
    jose
      .jwtVerify(token, keys, {
        ...{ issuer, audience, typ: "at+jwt", algorithms: ["ES256"] },
        requiredClaims: ["sub", "client_id", "jti", "iat", "exp", "sid"],
      })
      .catch(described),
  );
  return Promise.all(verdicts);
});
