import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { version } from "../package.json";
import { TestService } from "../src/testing/test-service";
import { useService } from "./support/use-service";

const file = resolve(__dirname, "../docs/openapi.json");

interface Operation {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Description {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const written = JSON.parse(readFileSync(file, "utf8")) as Description;
const operationsOf = ({ paths }: Description) =>
  Object.values(paths).flatMap((path) => Object.values(path));

describe("The OpenAPI description", () => {
  const site = useService({
    env: {
      DOCS: "on",
      GOOGLE_CLIENT_SECRET: undefined,
      GOOGLE_REDIRECT_URIS: undefined,
    },
  });

  it("is OpenAPI 3.1 of this version, with unique names, and Sign-in first", () => {
    expect(written.openapi).toBe("3.1.0");
    expect(written.info.version).toBe(version);
    expect(written.tags[0]?.name).toBe("Sign-in");
    const ids = operationsOf(written).map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        "signInWithGoogle",
        "listSessions",
        "endSession",
      ]),
    );
  });

  it("documents the access rule of every route", () => {
    for (const { operationId, security } of operationsOf(written)) {
      expect([operationId, security]).toEqual([operationId, expect.any(Array)]);
    }
    expect(written.paths["/auth/google"]?.post?.security).toEqual([]);
    expect(written.paths["/users/me"]?.get?.security).toEqual([
      { bearer: [] },
      { dpop: [] },
    ]);
  });

  it("uses only keywords of 3.1", () => {
    expect(JSON.stringify(written)).not.toContain('"nullable"');
  });

  it("omits routes that are off", async () => {
    const off = [
      "/auth/google/code",
      "/auth/google/redirect",
      "/auth/{provider}",
      "/tokeninfo",
    ];
    const described = async (one: TestService) =>
      (await (await one.fetch("/docs-json")).json()) as Description;
    const less = await described(site.service);
    expect(Object.keys(less.paths)).toEqual(
      Object.keys(written.paths).filter((path) => !off.includes(path)),
    );
    await using full = await TestService.start(site.google, {
      env: {
        TOKENINFO: "true",
        APP_URL: "https://app.example.com/",
      },
    });
    const all = await described(full);
    expect(Object.keys(all.paths)).toEqual(
      Object.keys(written.paths).filter((path) => path !== "/auth/{provider}"),
    );
  });

  it.each(["/auth/google/code", "/auth/google/redirect", "/tokeninfo"])(
    "and %s is 404 for every method",
    async (path) => {
      for (const method of ["POST", "PUT", "DELETE"]) {
        const { status } = await site.service.fetch(path, { method });
        expect([method, status]).toEqual([method, 404]);
      }
    },
  );
});
