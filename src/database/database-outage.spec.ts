import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { QueryFailedError } from "typeorm";
import { AuthError } from "../common/auth-error";
import { asServiceUnavailable, isDatabaseOutage } from "./database-outage";

function errorWith(code: unknown, message = "failed"): Error {
  return Object.assign(new Error(message), { code });
}

/** As TypeORM reports it: the driver's error inside its own. */
function failedQuery(driverError: Error): Error {
  return new QueryFailedError("SELECT 1", [], driverError);
}

describe("isDatabaseOutage", () => {
  describe("when the database cannot answer at present", () => {
    it.each([
      ["08006", "connection failure"],
      ["08001", "unable to establish a connection"],
      ["53300", "too many connections"],
      ["53100", "disk full"],
      ["57P01", "admin shutdown"],
      ["57P02", "crash shutdown"],
      ["57P03", "cannot connect now"],
      ["57P05", "idle session timeout"],
      ["57014", "query cancelled, by a statement timeout"],
      ["25006", "read only, after a failover"],
      ["40001", "serialization failure"],
      ["40P01", "deadlock"],
      ["55P03", "lock not available"],
      ["3D000", "no such database"],
      ["28P01", "wrong password"],
      ["58030", "input or output error"],
    ])("treats SQLSTATE %s as an outage: %s", (state) => {
      expect(isDatabaseOutage(errorWith(state))).toBe(true);
      expect(isDatabaseOutage(failedQuery(errorWith(state)))).toBe(true);
    });

    it.each([
      ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND"],
      ...["EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"],
    ])("treats %s as an outage", (code) => {
      expect(isDatabaseOutage(errorWith(code))).toBe(true);
      expect(isDatabaseOutage(failedQuery(errorWith(code)))).toBe(true);
    });

    it.each([
      "Connection terminated unexpectedly",
      "Connection terminated due to connection timeout",
      "timeout exceeded when trying to connect",
      "Query read timeout",
      "Cannot use a pool after calling end on the pool",
      "Client has encountered a connection error and is not queryable",
      "Query runner already released. Cannot run queries anymore.",
    ])("treats the message %j as an outage", (message) => {
      expect(isDatabaseOutage(new Error(message))).toBe(true);
      expect(isDatabaseOutage(failedQuery(new Error(message)))).toBe(true);
    });

    it("treats an AggregateError of refusals as an outage", () => {
      const refused = errorWith("ECONNREFUSED");
      const both = new AggregateError([refused, errorWith("ETIMEDOUT")]);
      expect(isDatabaseOutage(both)).toBe(true);
    });
  });

  describe("when nothing listens at the database's port", () => {
    // Guards against `instanceof Error`: Node's own errors are not instances of
    // jest's Error.
    it("treats the refusal as an outage, even inside TypeORM's error", async () => {
      const nobody = createServer().listen(0, "127.0.0.1");
      await once(nobody, "listening");
      const { port } = nobody.address() as AddressInfo;
      nobody.close();
      await once(nobody, "close");
      const refusal = await new Promise<Error>((resolve) => {
        connect(port, "127.0.0.1").once("error", resolve);
      });
      expect(isDatabaseOutage(refusal)).toBe(true);
      expect(isDatabaseOutage(failedQuery(refusal))).toBe(true);
    });
  });

  describe("when the statement itself was wrong", () => {
    it.each([
      ["23505", "unique violation"],
      ["23503", "foreign key violation"],
      ["22021", "U+0000 in a string"],
      ["22P02", "no such uuid"],
      ["42601", "syntax error"],
      ["42P01", "no such table"],
      ["42501", "not allowed"],
      ["40002", "a neighbour of 40001"],
      ["57P06", "a neighbour of 57P05"],
      ["080006", "too long for a state"],
    ])("does not treat %s as an outage: %s", (state) => {
      expect(isDatabaseOutage(errorWith(state))).toBe(false);
      expect(isDatabaseOutage(failedQuery(errorWith(state)))).toBe(false);
    });

    it("does not treat an AggregateError with other errors as an outage", () => {
      const mixed = [errorWith("ECONNREFUSED"), errorWith("23505")];
      expect(isDatabaseOutage(new AggregateError(mixed))).toBe(false);
      expect(isDatabaseOutage(new AggregateError([]))).toBe(false);
    });
  });

  describe("when it is not an error of a database", () => {
    it.each([undefined, null, "ECONNREFUSED", 8006, { code: "08006" }, []])(
      "does not treat %j as an outage",
      (value) => expect(isDatabaseOutage(value)).toBe(false),
    );

    it.each([undefined, null, 8006, ["08006"]])(
      "does not treat the code %j as one",
      (code) => expect(isDatabaseOutage(errorWith(code))).toBe(false),
    );

    it("does not follow an error that contains itself", () => {
      const error: Error & { driverError?: unknown } = new Error("failed");
      error.driverError = error;
      expect(isDatabaseOutage(error)).toBe(false);
    });
  });
});

describe("asServiceUnavailable", () => {
  describe("when the error is an outage", () => {
    it("says when to try again and keeps the cause", () => {
      const error = failedQuery(errorWith("57P01"));
      const wrapped = asServiceUnavailable(error);
      expect(wrapped).toBeInstanceOf(AuthError);
      expect(wrapped).toMatchObject({
        code: "service_unavailable",
        status: 503,
        reason: "database_unavailable",
        retryAfterSeconds: 5,
      });
      expect((wrapped as AuthError).cause).toBe(error);
    });
  });

  describe("when the error is anything else", () => {
    it.each([errorWith("23505"), new AuthError("account_disabled"), "x", null])(
      "returns it unchanged",
      (error) => expect(asServiceUnavailable(error)).toBe(error),
    );
  });
});
