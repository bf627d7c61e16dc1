import {
  Controller,
  Get,
  Inject,
  Module,
  Param,
  Res,
  UseFilters,
} from "@nestjs/common";
import { ApiExcludeController } from "../common/open-api.decorators";
import { Public } from "../common/access.decorators";
import { AuthError } from "../common/auth-error";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { pageDocument } from "./page-document";
import { type PageFile, pageFile } from "./page-file";
import { PAGES_OPTIONS, type PagesOptions } from "./pages.options";
import { type PageResponse, sendFile, sendPage } from "./send-page";

/** Below the page's own path, so that it works with any prefix. */
const files = "pages/";

abstract class PageController {
  private readonly document;

  constructor(options: PagesOptions, title: string, script: string) {
    const { googleScriptUrl } = options;
    this.document = pageDocument({
      ...{ title, files, script, googleScriptUrl },
      settings: options,
    });
  }

  protected send(response: PageResponse): string {
    return sendPage(response, this.document);
  }
}

/** The page where users see and manage their account. */
@ApiExcludeController()
@Public()
@Controller("account")
class AccountPageController extends PageController {
  constructor(@Inject(PAGES_OPTIONS) options: PagesOptions) {
    super(options, "Your account", "account");
  }

  @Get()
  accountPage(@Res({ passthrough: true }) response: PageResponse): string {
    return this.send(response);
  }
}

/**
 * The page for administrators. It contains no data; the routes that it calls
 * require the role.
 */
@ApiExcludeController()
@Public()
@Controller("admin")
class AdminPageController extends PageController {
  constructor(@Inject(PAGES_OPTIONS) options: PagesOptions) {
    super(options, "Administration", "admin");
  }

  @Get()
  adminPage(@Res({ passthrough: true }) response: PageResponse): string {
    return this.send(response);
  }
}

/** The scripts and styles of both. */
@ApiExcludeController()
@Public()
@UseFilters(ProblemDetailsFilter)
@Controller("pages")
class PageFilesController {
  private readonly files: ReadonlyMap<string, PageFile> = new Map(
    ["ui.css", "account.js", "admin.js"].map((name) => [name, pageFile(name)]),
  );

  @Get(":name")
  pageFile(
    @Param("name") name: string,
    @Res({ passthrough: true }) response: PageResponse,
  ): string {
    const file = this.files.get(name);
    if (!file) throw new AuthError("not_found", { reason: "no_such_file" });
    return sendFile(response, file);
  }
}

/** The account page, at `/account`. */
@Module({ controllers: [AccountPageController] })
export class AccountPageModule {}

/** The admin page, at `/admin`. */
@Module({ controllers: [AdminPageController] })
export class AdminPageModule {}

/** The files that the pages load. */
@Module({ controllers: [PageFilesController] })
export class PageFilesModule {}
