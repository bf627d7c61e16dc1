import { ConflictException, Controller, Get } from "@nestjs/common";
import { Client } from "pg";
import {
  CurrentUser,
  OptionalAuth,
  type Principal,
  Public,
  Roles,
} from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { answerOf, getWithToken, signIn } from "./support/requests";
import { query } from "./support/rows";
import { useService } from "./support/use-service";

/** An application's controller, without any guard decorator. */
@Controller("team")
class TeamController {
  @Get("undecorated")
  undecorated(@CurrentUser() user: Principal) {
    return { userId: user.userId };
  }

  @Public()
  @Get("public")
  open() {
    return { ok: true };
  }

  @OptionalAuth()
  @Get("optional")
  optional(@CurrentUser("userId") userId: string | undefined) {
    return { userId: userId ?? null };
  }

  @Public()
  @Get("conflict")
  conflict() {
    throw new ConflictException("That note was changed meanwhile.");
  }

  @Public()
  @Get("bug")
  bug() {
    throw new Error("secret detail of a bug");
  }

  @Roles("admin", "auditor")
  @Get("admin")
  admin() {
    return { ok: true };
  }
}

describe("the application's own routes", () => {
  const site = useService({
    controllers: [TeamController],
  });
  let signedIn: Awaited<ReturnType<typeof signIn>>;

  beforeAll(async () => {
    signedIn = await signIn(site.service, await site.google.idToken());
  });

  it("a controller without decorators requires a token", async () => {
    const path = "/team/undecorated";
    const closed = await getWithToken(site.service, path);
    expect(closed.status).toBe(401);
    expect(closed.body.code).toBe("unauthenticated");
    expect(closed.headers.get("www-authenticate")).toBe("Bearer");
    const open = await getWithToken(site.service, path, signedIn.accessToken);
    expect(open.body).toEqual({ userId: signedIn.user.id });
  });

  it("the app's exceptions keep their status and message, as a problem document", async () => {
    const answer = await getWithToken(site.service, "/team/conflict");
    expect(answer.status).toBe(409);
    expect(answer.headers.get("content-type")).toMatch(/problem\+json/);
    expect(answer.body).toMatchObject({
      type: "about:blank",
      title: "Conflict",
      detail: "That note was changed meanwhile.",
    });
  });

  it("an unexpected error is a 500 without details, and is logged", async () => {
    const answer = await getWithToken(site.service, "/team/bug");
    expect([answer.status, answer.body.code]).toEqual([500, "internal_error"]);
    expect(JSON.stringify(answer.body)).not.toContain("secret detail");
    expect(site.service.logLines.join("")).toContain("secret detail of a bug");
  });

  it("a public route ignores an invalid token", async () => {
    expect((await getWithToken(site.service, "/team/public")).status).toBe(200);
    const bad = await getWithToken(site.service, "/team/public", "garbage");
    expect(bad.status).toBe(200);
  });

  it("an optional route identifies the user, and refuses an invalid token", async () => {
    const path = "/team/optional";
    expect((await getWithToken(site.service, path)).body).toEqual({
      userId: null,
    });
    expect(
      (await getWithToken(site.service, path, signedIn.accessToken)).body,
    ).toEqual({ userId: signedIn.user.id });
    expect((await getWithToken(site.service, path, "garbage")).status).toBe(
      401,
    );
  });

  it("a route with roles admits a user with one of them", async () => {
    const refused = await getWithToken(
      site.service,
      "/team/admin",
      signedIn.accessToken,
    );
    expect(refused.status).toBe(403);
    expect(refused.body.code).toBe("insufficient_role");
    const account = newAccount();
    const { user } = await signIn(
      site.service,
      await site.google.idToken({ account }),
    );
    await query(
      site.service,
      "UPDATE google_auth.users SET roles = '{auditor}' WHERE id = $1",
      [user.id],
    );
    const { accessToken } = await signIn(
      site.service,
      await site.google.idToken({ account }),
    );
    const admitted = await getWithToken(
      site.service,
      "/team/admin",
      accessToken,
    );
    expect(admitted.status).toBe(200);
  });

  it("a guarded request makes no query", async () => {
    const counter = jest.spyOn(Client.prototype, "query");
    const answer = await getWithToken(
      site.service,
      "/team/undecorated",
      signedIn.accessToken,
    );
    expect(answer.status).toBe(200);
    expect(counter).not.toHaveBeenCalled();
    counter.mockRestore();
  });

  it("HEAD is answered like GET, without a body", async () => {
    const answer = await answerOf(
      await site.service.fetch("/users/me", { method: "HEAD" }),
    );
    expect(answer.status).toBe(401);
  });
});
