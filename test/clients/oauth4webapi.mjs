/* The same session with oauth4webapi, step by step, with its checks. */
import * as oauth from "oauth4webapi";
import { described, order, report, throughProxy } from "./console.mjs";

const { issuer, clientId, idToken, introspection, algorithm, resource } = order;
const over = { [oauth.customFetch]: throughProxy };
const client = { client_id: clientId };

/**
 * Repeats the request if the server requires its nonce in the proof (RFC 9449
 * §8).
 */
async function withNonce(request, process) {
  const first = await process(await request()).catch((error) => error);
  if (!(first instanceof Error)) return { ...first, retried: false };
  if (!oauth.isDPoPNonceError(first)) throw first;
  return { ...(await process(await request())), retried: true };
}

await report(async () => {
  const url = new URL(issuer);
  const as = await oauth.processDiscoveryResponse(
    url,
    await oauth.discoveryRequest(url, { ...over, algorithm: "oauth2" }),
  );
  const DPoP =
    algorithm && oauth.DPoP(client, await oauth.generateKeyPair(algorithm));
  const options = { ...over, DPoP };
  const exchanged = await withNonce(
    () =>
      oauth.genericTokenEndpointRequest(
        as,
        client,
        oauth.None(),
        "urn:ietf:params:oauth:grant-type:token-exchange",
        {
          subject_token: idToken,
          subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
          resource: issuer,
        },
        options,
      ),
    (response) =>
      oauth.processGenericTokenEndpointResponse(as, client, response),
  );
  const refreshed = await withNonce(
    () =>
      oauth.refreshTokenGrantRequest(
        as,
        client,
        oauth.None(),
        exchanged.refresh_token,
        options,
      ),
    (response) => oauth.processRefreshTokenResponse(as, client, response),
  );
  const { access_token: accessToken } = refreshed;
  const got = await oauth
    .protectedResourceRequest(
      accessToken,
      "GET",
      new URL(resource),
      undefined,
      undefined,
      options,
    )
    .then(
      async (response) => ({
        status: response.status,
        body: await response.json(),
      }),
      described,
    );
  const plain = await oauth
    .protectedResourceRequest(
      accessToken,
      "GET",
      new URL(resource),
      undefined,
      undefined,
      over,
    )
    .then(
      ({ status }) => ({ status }),
      (error) => ({ challenges: error.cause }),
    );
  // A third-party API's check of the request.
  const headers = new globalThis.Headers({
    authorization: `${DPoP ? "DPoP" : "Bearer"} ${accessToken}`,
  });
  await DPoP?.addProof(new URL(resource), headers, "GET", accessToken);
  const claims = await oauth.validateJwtAccessToken(
    as,
    new globalThis.Request(resource, { headers }),
    issuer,
    over,
  );
  const resourceServer = { client_id: introspection.id };
  const introspected = await oauth.processIntrospectionResponse(
    as,
    resourceServer,
    await oauth.introspectionRequest(
      as,
      resourceServer,
      oauth.ClientSecretBasic(introspection.secret),
      accessToken,
      over,
    ),
  );
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(as, client, oauth.None(), accessToken, over),
  );
  const after = await oauth
    .refreshTokenGrantRequest(
      as,
      client,
      oauth.None(),
      refreshed.refresh_token,
      options,
    )
    .then((response) => oauth.processRefreshTokenResponse(as, client, response))
    .catch(described);
  return { exchanged, refreshed, got, plain, claims, introspected, after };
});
