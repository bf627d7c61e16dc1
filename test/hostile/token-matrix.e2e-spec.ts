import { Controller, Get } from "@nestjs/common";
import { OptionalAuth, Roles } from "../../src/index";
import { newAccount } from "../../src/testing/google/accounts";
import { signIn } from "../support/requests";
import { query } from "../support/rows";
import { type HostileCase, request, secretsOf } from "./hostile-case";
import { expectRefused, sendInTime } from "./invariants";
import { Target } from "./target";
import {
  forgedAccessTokens,
  type OwnTokens,
  type TokenKind,
  tokenKinds,
} from "./token-kinds";
import {
  type TokenPlace,
  tokenPlaces,
  verifyTokenClient,
} from "./token-places";
import { cellsOfRow } from "../support/extent";

@Controller("matrix")
class MatrixController {
  @OptionalAuth()
  @Get("optional")
  optional() {
    return { ok: true };
  }

  @Roles("admin")
  @Get("admin")
  admin() {
    return { ok: true };
  }
}

describe("every kind of token at every endpoint that takes one", () => {
  let target: Target;
  let own: OwnTokens;

  beforeAll(async () => {
    target = await Target.start({
      controllers: [MatrixController],
      env: {
        APP_URL: "https://app.example",
        INTROSPECTION_CLIENTS: `${verifyTokenClient.id}:${verifyTokenClient.secret}`,
      },
    });
    const { google, service } = target;
    const account = newAccount();
    const { user } = await signIn(service, await google.idToken({ account }));
    await query(
      service,
      "UPDATE google_auth.users SET roles = '{admin}' WHERE id = $1",
      [user.id],
    );
    const { accessToken, body } = await signIn(
      service,
      await google.idToken({ account }),
    );
    own = { accessToken, refreshToken: String(body.refreshToken) };
  });

  afterAll(() => target.stop());

  /** The case of a kind at a place that refuses it. */
  function cell(kind: TokenKind, place: TokenPlace): HostileCase {
    const reason = kind.refusals[place.verifier] ?? undefined;
    const tells = place.tellsPrograms ?? true;
    const told = tells || reason !== "service_account" ? reason : undefined;
    return {
      ...answers[place.verifier](told),
      id: "J-012",
      name: kind.name,
      reason,
      attack: async () => {
        const token = await kind.mint(target, own);
        return { secrets: secretsOf(token), send: place.send(target, token) };
      },
    };
  }

  describe.each(tokenPlaces)("at $name", (place) => {
    const [accepted = [], refused = []] = [true, false].map((wanted) =>
      tokenKinds.filter(
        ({ refusals }) => (refusals[place.verifier] === null) === wanted,
      ),
    );

    it.each(
      cellsOfRow(refused, tokenPlaces.indexOf(place), tokenPlaces.length),
    )("$name is refused", (kind) => expectRefused(target, cell(kind, place)));

    it("one kind of token is accepted", () => expect(accepted).toHaveLength(1));

    it.each(accepted)("$name is accepted", async (kind) => {
      const token = await kind.mint(target, own);
      const send = place.send(target, token);
      const reply = await sendInTime(target, { send, secrets: [] });
      expect(reply.status).toBe(place.goodStatus ?? 200);
    });
  });

  const places = tokenPlaces.filter(
    ({ name, verifier }) => verifier === "guard" || /idToken in J/.test(name),
  );

  describe.each(places)("at $name", (place) => {
    it.each(
      cellsOfRow(forgedAccessTokens, places.indexOf(place), places.length),
    )("an access token $name is refused", (kind) =>
      expectRefused(target, cell(kind, place)),
    );
  });

  it.each(tokenKinds)("$name in the query string counts as no token", (kind) =>
    expectRefused(target, {
      ...cell(kind, { name: "", verifier: "guard", send: inQuery }),
      status: 401,
      code: "unauthenticated",
      reason: "no_token",
    }),
  );
});

const inQuery: TokenPlace["send"] = (target, token) =>
  request(target, {
    path: `/users/me?access_token=${encodeURIComponent(token)}`,
    method: "GET",
  });

/** The response of each verifier to a refused token. */
const answers: Record<
  TokenPlace["verifier"],
  (reason: string | undefined) => Pick<HostileCase, "status" | "code">
> = {
  "sign-in": (reason) =>
    reason === "service_account"
      ? { status: 403, code: "service_account_not_allowed" }
      : { status: 401, code: "invalid_token" },
  guard: () => ({ status: 401, code: "unauthenticated" }),
};
