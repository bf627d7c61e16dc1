import { instantOf, truthOf } from "./import-values";
import { optional } from "./text-file";

const time = Date.UTC(2024, 0, 2, 3, 4, 5);

describe("instantOf", () => {
  it.each([
    ["ISO 8601", "2024-01-02T03:04:05Z", time],
    ["an offset", "2024-01-02T05:34:05+02:30", time],
    ["an offset without a colon", "2024-01-02T05:34:05+0230", time],
    ["Postgres' offset", "2024-01-02 02:04:05-01", time],
    ["no offset: UTC", "2024-01-02T03:04:05", time],
    ["microseconds", "2024-01-02T03:04:05.123456+00:00", time + 123],
    ["no seconds", "2024-01-02 03:04", time - 5000],
    ["seconds", time / 1000, time],
    ["digits of milliseconds", String(time), time],
    ["infinity", "infinity", Infinity],
    ["null", null, null],
    ["an empty text", "", null],
  ])("reads %s", (_form, value, expected) => {
    expect(instantOf(value, "it")).toBe(expected);
  });

  it.each([
    ["a date only", "2024-01-02"],
    ["the 32nd", "2024-01-32T00:00:00Z"],
    ["hour 25", "2024-01-02T25:00:00Z"],
    ["words", "Tue Jan 02 2024"],
    ["a fraction", 1.5],
    ["a negative number", -time],
    ["NaN", NaN],
    ["a truth value", true],
    ["a list", [time]],
  ])("refuses %s", (_form, value) => {
    expect(() => instantOf(value, "it")).toThrow("it is not a time");
  });
});

describe("truthOf", () => {
  it("reads JSON's and Postgres' spellings, and false for none", () => {
    const values = [true, "t", "TRUE", 1, false, "f", "0", null, undefined, ""];
    expect(values.map((value) => truthOf(value, "it"))).toEqual([
      ...[true, true, true, true],
      ...[false, false, false, false, false, false],
    ]);
  });

  it.each(["yes", 2, [], {}, "verified"])("refuses %j", (value) => {
    expect(() => truthOf(value, "it")).toThrow("neither true nor false");
  });
});

describe("an optional package", () => {
  it("is named when it is not installed", async () => {
    const load = Promise.reject(new Error("Cannot find module"));
    await expect(optional("csv-parse", load)).rejects.toThrow(
      "npm install csv-parse",
    );
  });
});
