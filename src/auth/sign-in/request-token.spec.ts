import { AuthError } from "../../common/auth-error";
import { idTokenFields, idTokenFromBody } from "./request-token";

function refusalOf(body: unknown): AuthError {
  try {
    idTokenFromBody(body);
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
  throw new Error("The body was accepted");
}

describe("idTokenFromBody", () => {
  describe("when the token has one of its field names", () => {
    it.each(["idToken", "idtoken", "id_token", "credential"])(
      "reads it from %s",
      (field) => {
        const body = { [field]: "a.b.c", select_by: "btn", g_csrf_token: 1 };
        expect(idTokenFromBody(body)).toBe("a.b.c");
      },
    );

    it("reads it from a form without a prototype", () => {
      const body: unknown = Object.assign(Object.create(null), {
        credential: "a.b.c",
      });
      expect(idTokenFromBody(body)).toBe("a.b.c");
    });

    it("accepts the same token under several names", () => {
      const body = Object.fromEntries(
        idTokenFields.map((name) => [name, "a.b.c"]),
      );
      expect(idTokenFromBody(body)).toBe("a.b.c");
    });

    it.each([" a.b.c", "a.b.c\r\n", "Bearer a.b.c", '"a.b.c"', " ", "a%2Eb.c"])(
      "returns %j unchanged",
      (token) => expect(idTokenFromBody({ idToken: token })).toBe(token),
    );
  });

  describe("when the body is not an object", () => {
    it.each([undefined, null, "a.b.c", 1, true, [], [{ idToken: "a.b.c" }]])(
      "refuses %j",
      (body) => {
        const { code, errors } = refusalOf(body);
        expect(code).toBe("invalid_request");
        expect(errors).toEqual([
          {
            field: "idToken",
            message: "send one of idToken, idtoken, id_token, credential",
          },
        ]);
      },
    );
  });

  describe("when there is no token", () => {
    it.each([
      {},
      { ID_TOKEN: "a.b.c" },
      { IdToken: "a.b.c" },
      { token: "a.b.c" },
      { access_token: "a.b.c" },
      { "credential[]": "a.b.c" },
      JSON.parse('{"__proto__":{"idToken":"a.b.c"}}') as object,
    ])("refuses %j", (body) => {
      const { code, errors } = refusalOf(body);
      expect(code).toBe("invalid_request");
      expect(errors).toMatchObject([{ field: "idToken" }]);
    });

    it("ignores an inherited one", () => {
      const body: unknown = Object.create({ idToken: "a.b.c" });
      expect(refusalOf(body).code).toBe("invalid_request");
    });
  });

  describe("when the token is not a string", () => {
    it.each(["", null, 1, true, [], ["a.b.c"], { x: "a.b.c" }, undefined])(
      "refuses %j, naming the field",
      (value) => {
        const { code, errors } = refusalOf({ credential: value });
        expect(code).toBe("invalid_request");
        expect(errors).toEqual([
          {
            field: "credential",
            message: "must be a non-empty string, sent once",
          },
        ]);
      },
    );

    it("refuses it even next to a valid one", () => {
      const body = { idToken: "a.b.c", credential: ["a.b.c"] };
      expect(refusalOf(body).errors).toMatchObject([{ field: "credential" }]);
    });
  });

  describe("when there are two different tokens", () => {
    it("refuses both without quoting them", () => {
      const body = { credential: "secret.b.c", idToken: "secret.b.d" };
      const error = refusalOf(body);
      expect(error.code).toBe("invalid_request");
      expect(error.errors).toEqual([
        {
          field: "idToken",
          message: "send exactly one of idToken, idtoken, id_token, credential",
        },
      ]);
      expect(JSON.stringify([error, error.message])).not.toContain("secret");
    });
  });
});
