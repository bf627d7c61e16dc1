import { postJson } from "../support/requests";
import { query } from "../support/rows";
import { admittedTitle, expectAdmitted } from "./admitted-case";
import {
  emptyBodyCases,
  fieldNameCases,
  tokenTypeCases,
  twoTokenCases,
  unreadableCases,
} from "./bodies.table";
import {
  elsewhereCases,
  fieldCases,
  nonceMismatchCases,
  sizeCases,
} from "./body-fields.table";
import { goodBodyCases } from "./good-bodies.table";
import { mediaTypeCases, packedBodyCases } from "./media-types.table";
import { caseTitle } from "./hostile-case";
import { expectRefused } from "./invariants";
import { Target } from "./target";
import { ofEachKind } from "../support/extent";

describe("a hostile request body", () => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.start();
  });

  afterAll(() => target.stop());

  const tables = [
    ["is empty", emptyBodyCases],
    ["has a token of the wrong type", tokenTypeCases],
    ["has the token under another name", fieldNameCases],
    ["has two tokens", twoTokenCases],
    ["cannot be parsed", unreadableCases],
    ["is of another type", mediaTypeCases],
    ["is compressed", packedBodyCases],
    ["has other invalid fields", fieldCases],
    ["has another nonce than the token", nonceMismatchCases],
    ["is too large", sizeCases],
    ["is empty, with the token elsewhere", elsewhereCases],
  ] as const;

  describe.each(tables)("when it %s", (_when, cases) => {
    it.each(ofEachKind(cases))(caseTitle, (given) =>
      expectRefused(target, given),
    );
  });

  describe("when it is unusual but valid", () => {
    it.each(ofEachKind(goodBodyCases))(admittedTitle, (given) =>
      expectAdmitted(target, given),
    );
  });

  it.each(["/auth/google", "/auth/refresh", "/auth/logout", "/verify-token"])(
    "G-100 arrays nested as deep as the size allows are refused at %s like a flat one",
    async (path) => {
      const answerTo = async (body: string) => {
        const headers = { "content-type": "application/json" };
        const init = { method: "POST", headers, body };
        const response = await target.service.fetch(path, init);
        const { code } = (await response.json()) as { code: string };
        return { status: response.status, code };
      };
      const flat = await answerTo("[]");
      expect(flat.status).toBeLessThan(500);
      expect(await answerTo("[".repeat(8000) + "]".repeat(8000))).toEqual(flat);
    },
  );

  it("G-106 a device label that is too long is reported by field and rule", async () => {
    const { google, service } = target;
    const idToken = await google.idToken();
    const device = "x".repeat(101);
    const { status, body } = await postJson(service, "/auth/google", {
      idToken,
      device,
    });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { field: "device", message: "must have at most 100 characters" },
    ]);
  });

  it("G-106 characters that Postgres cannot store are removed from a device label", async () => {
    const { google, service } = target;
    const idToken = await google.idToken();
    const { body } = await postJson(service, "/auth/google", {
      idToken,
      device: "my\u0000 phone\udc00 \u202egpj",
    });
    expect(
      await query(
        service,
        "SELECT device FROM google_auth.sessions WHERE id = $1",
        [body.sessionId],
      ),
    ).toEqual([{ device: "my phone gpj" }]);
  });
});
