import { newAccount } from "../../src/testing/google/accounts";
import { DpopCalls } from "../support/dpop-calls";
import { signIn } from "../support/requests";
import { secretsOf } from "./hostile-case";
import { accountRows, expectNothingOf, sendInTime } from "./invariants";
import {
  introspectionClient,
  type ServiceTokenPlace,
  serviceTokenPlaces,
} from "./service-token-places";
import { Target } from "./target";
import { tokenKinds } from "./token-kinds";
import { cellsOfRow } from "../support/extent";

/** The tokens of one user: bearer tokens, and those bound to a client's key. */
interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly boundAccessToken: string;
  readonly boundRefreshToken: string;
}

interface Kind {
  readonly name: string;
  readonly mint: (
    target: Target,
    tokens: Tokens,
    client: DpopCalls,
  ) => string | Promise<string>;
}

const kinds: readonly Kind[] = [
  ...tokenKinds,
  {
    name: "our bound access token",
    mint: (_target, { boundAccessToken }) => boundAccessToken,
  },
  {
    name: "our bound refresh token",
    mint: (_target, { boundRefreshToken }) => boundRefreshToken,
  },
  {
    name: "a DPoP proof",
    mint: (_target, _tokens, client) => client.proof("/auth/refresh"),
  },
];

describe("every kind of token where our tokens are accepted", () => {
  let target: Target;
  let client: DpopCalls;
  let tokens: Tokens;

  beforeAll(async () => {
    const { id, secret } = introspectionClient;
    target = await Target.start({
      env: { DPOP: "optional", INTROSPECTION_CLIENTS: `${id}:${secret}` },
    });
    client = new DpopCalls(target.service);
  });

  afterAll(() => target.stop());

  // New tokens for each case: some endpoints use them up.
  beforeEach(async () => {
    const { google, service } = target;
    const account = newAccount();
    const idToken = () => google.idToken({ account });
    const plain = (await signIn(service, await idToken())).body;
    const bound = (await client.signIn(await idToken())).body;
    tokens = {
      accessToken: String(plain.accessToken),
      refreshToken: String(plain.refreshToken),
      boundAccessToken: String(bound.accessToken),
      boundRefreshToken: String(bound.refreshToken),
    };
  });

  /** Presents a token and returns the response and the log. */
  async function present(kind: Kind, place: ServiceTokenPlace) {
    const token = await kind.mint(target, tokens, client);
    const secrets = secretsOf(token);
    const before = await accountRows(target.service);
    const firstLine = target.service.logLines.length;
    const send = place.send(target, token, client);
    const { status, text } = await sendInTime(target, { send, secrets });
    const after = await accountRows(target.service);
    // This also gives the service time to log the request.
    expect(await target.knownUserEnters()).toBe(true);
    const log = target.service.logLines.slice(firstLine).join("\n");
    const body = text === "" ? {} : (JSON.parse(text) as object);
    return { answer: { status, body }, token, text, log, before, after };
  }

  describe.each(serviceTokenPlaces)("at $name", (place) => {
    const isAccepted = ({ name }: Kind) => place.accepts.includes(name);

    it.each(kinds.filter(isAccepted))("$name is accepted", async (kind) => {
      const { answer, token, log } = await present(kind, place);
      expect(answer).toMatchObject(place.accepted);
      // The claims may be logged: the ids of the user and the session.
      expectNothingOf([token], log);
    });

    it.each(
      cellsOfRow(
        kinds.filter((kind) => !isAccepted(kind)),
        serviceTokenPlaces.indexOf(place),
        serviceTokenPlaces.length,
      ),
    )("$name is refused and changes nothing", async (kind) => {
      const { answer, token, text, log, before, after } = await present(
        kind,
        place,
      );
      expect(answer).toMatchObject(place.refused);
      expect(after).toEqual(before);
      expectNothingOf(secretsOf(token), `${text}\n${log}`);
    });
  });

  it("covers every accepted kind", () => {
    const names = new Set(kinds.map(({ name }) => name));
    const accepted = serviceTokenPlaces.flatMap(({ accepts }) => accepts);
    expect(accepted.filter((name) => !names.has(name))).toEqual([]);
  });
});
