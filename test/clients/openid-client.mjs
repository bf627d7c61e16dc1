/*
 * A complete session with openid-client, which implements OAuth from its RFCs.
 */
import * as client from "openid-client";
import { described, order, report, throughProxy } from "./console.mjs";

const { issuer, clientId, idToken, introspection, dpopAlgorithm, resource } =
  order;

const discover = (id, authentication) =>
  client.discovery(new URL(issuer), id, undefined, authentication, {
    algorithm: "oauth2",
    [client.customFetch]: throughProxy,
  });

await report(async () => {
  const config = await discover(clientId, client.None());
  config[client.customFetch] = throughProxy;
  const DPoP =
    dpopAlgorithm &&
    client.getDPoPHandle(config, await client.randomDPoPKeyPair(dpopAlgorithm));
  const exchanged = await client.genericGrantRequest(
    config,
    "urn:ietf:params:oauth:grant-type:token-exchange",
    {
      subject_token: idToken,
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    },
    { DPoP },
  );
  const refreshed = await client.refreshTokenGrant(
    config,
    exchanged.refresh_token,
    undefined,
    { DPoP },
  );
  const { access_token: accessToken } = refreshed;
  const fetched = () =>
    client
      .fetchProtectedResource(
        config,
        accessToken,
        new URL(resource),
        "GET",
        undefined,
        undefined,
        { DPoP },
      )
      .then(({ status }) => status, described);
  const resourceServer = await discover(
    introspection.id,
    client.ClientSecretBasic(introspection.secret),
  );
  resourceServer[client.customFetch] = throughProxy;
  const introspected = () =>
    client.tokenIntrospection(resourceServer, accessToken);
  const before = { introspected: await introspected(), got: await fetched() };
  await client.tokenRevocation(config, refreshed.refresh_token, {
    token_type_hint: "refresh_token",
  });
  const after = { introspected: await introspected(), got: await fetched() };
  const again = await client
    .refreshTokenGrant(config, refreshed.refresh_token, undefined, { DPoP })
    .catch(described);
  return {
    metadata: config.serverMetadata(),
    thumbprint: await DPoP?.calculateThumbprint(),
    ...{ exchanged, refreshed, before, after, again },
  };
});
