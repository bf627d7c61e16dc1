import {
  Controller,
  Get,
  Headers,
  HttpCode,
  type MessageEvent,
  Param,
  Post,
  Req,
  Res,
  Sse,
  type Type,
} from "@nestjs/common";
import { ApiExcludeController } from "@nestjs/swagger";
import type { Observable } from "rxjs";
import { AuthError, Public } from "../index";
import { pageDocument } from "../pages/page-document";
import { pageFile } from "../pages/page-file";
import { type PageResponse, sendFile, sendPage } from "../pages/send-page";
import { googlePaths } from "../testing/google/emulator.routes";
import type { DemoEvents } from "./demo-events";
import { type Attempt, sendOldRefreshToken } from "./old-refresh-token";

/** The Google whose tokens the demo accepts. */
export interface DemoGoogle {
  readonly clientId: string;
  /** The local one; the real one by default. */
  readonly googleUrl?: string;
}

/** The demo's page at `/`, and the routes that only the demo needs. */
export function demoPageController(
  { clientId, googleUrl }: DemoGoogle,
  events: DemoEvents,
): Type {
  const googleScriptUrl =
    googleUrl === undefined
      ? "https://accounts.google.com/gsi/client"
      : googleUrl + googlePaths.gsiClient;
  const page = pageDocument({
    ...{ title: "nest-google-auth demo", files: "demo/", script: "demo" },
    googleScriptUrl,
    // The demo's service has REFRESH_COOKIE=browser.
    settings: { clientId, googleScriptUrl, googleUrl, refresh: "cookie" },
    connectTo: googleUrl === undefined ? [] : [googleUrl],
  });
  const files = new Map(
    ["ui.css", "demo.js"].map((name) => [name, pageFile(name)]),
  );

  @ApiExcludeController()
  @Public()
  @Controller()
  class DemoPageController {
    @Get()
    demoPage(@Res({ passthrough: true }) response: PageResponse): string {
      return sendPage(response, page);
    }

    @Sse("demo/events")
    demoEvents(): Observable<MessageEvent> {
      return events.stream;
    }

    @Post("demo/old-refresh-token")
    @HttpCode(200)
    async oldRefreshToken(
      @Headers("cookie") cookies: string | undefined,
      @Headers("origin") origin: string | undefined,
      @Req() { socket }: { socket: { localPort: number } },
    ): Promise<{ attempts: Attempt[] }> {
      const cookie = /(?:^|; )(refresh=[^;]+)/.exec(cookies ?? "")?.[1];
      if (!cookie || !origin) throw new AuthError("no_session");
      const serviceUrl = `http://127.0.0.1:${socket.localPort}`;
      return {
        attempts: await sendOldRefreshToken(serviceUrl, origin, cookie),
      };
    }

    @Get("demo/:name")
    demoFile(
      @Param("name") name: string,
      @Res({ passthrough: true }) response: PageResponse,
    ): string {
      const file = files.get(name);
      if (!file) throw new AuthError("not_found");
      return sendFile(response, file);
    }
  }
  return DemoPageController;
}
