import { Controller, Get } from "@nestjs/common";
import { CurrentUser, type Principal, Public, Roles } from "nest-google-auth";

@Controller("invoices")
export class InvoicesController {
  @Get()
  mine(@CurrentUser() { userId }: Principal) {
    return { of: userId };
  }

  @Roles("admin")
  @Get("all")
  all() {
    return { of: "everybody" };
  }

  @Public()
  @Get("prices")
  prices() {
    return { each: 1 };
  }
}
